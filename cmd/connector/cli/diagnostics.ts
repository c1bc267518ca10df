import type { Config } from "../../../pkg/config/config.ts";
import type { EpochClock } from "../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { openLogFiles } from "../../../pkg/ops/log-files.ts";
import { type AdjustableLogger, createLogger } from "../../../pkg/ops/logger.ts";
import type { Output } from "../process/context.ts";
import { failureLine } from "../process/messages.ts";
import { createLiveLine, type LiveLine } from "./progress/live-line.ts";

/** Everything that a command writes to stderr. */
export interface Diagnostics {
  readonly log: AdjustableLogger;
  readonly liveLine: LiveLine;
  /** Reports a failure as one line. `meaning` says first what the failure means for the output. */
  readonly fail: (error: unknown, meaning?: string) => Promise<void>;
  /** Opens the files of the log again, after a rotation. */
  readonly reopenLogFiles: () => void;
}

export function createDiagnostics(settings: Config["log"], stderr: Output, now: EpochClock): Diagnostics {
  const liveLine = createLiveLine(stderr);
  const files = openLogFiles(settings.files, (line) => liveLine.above(`connector: warning: ${line}\n`));
  const log = createLogger({
    ...settings,
    write(line) {
      liveLine.above(line);
      files.write(line);
    },
    now,
  });
  return {
    log,
    liveLine,
    async fail(error, meaning) {
      liveLine.clear();
      // A program that reads the log as JSON gets failures in it. Bad usage goes to the person who typed the command.
      const isBadUsage = GovernanceError.from(error).code === "invalid-argument";
      if (settings.format === "json" && !isBadUsage) {
        log.failure(meaning ?? "the command failed", error);
        return;
      }
      const line = failureLine(error, meaning);
      files.write(line);
      await stderr.write(line);
    },
    reopenLogFiles: () => files.reopen(),
  };
}
