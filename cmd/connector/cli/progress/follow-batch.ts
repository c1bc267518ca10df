import type { Config } from "../../../../pkg/config/config.ts";
import type { MonotonicMs } from "../../../../pkg/core/clock.ts";
import type { Context } from "../../process/context.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { formatDuration } from "../output/text.ts";

const LOG_MS = 10_000;

/** How far a batch is: a live line for people on a terminal, else a log line every ten seconds. */
export interface BatchProgress {
  /** Takes the live line away, so that a row can be printed on the same terminal. */
  hide(): void;
  row(done: number, failed: number): void;
  close(): void;
}

export function followBatch(
  doing: "checking" | "applying",
  rows: number,
  { log, liveLine }: Diagnostics,
  { stderr, env, monotonic }: Context,
  { log: { format } }: Config,
): BatchProgress {
  const live = stderr.isTerminal && format === "console" && env["TERM"] !== "dumb";
  const beganAt = monotonic();
  let loggedAt: MonotonicMs = beganAt;
  if (live) liveLine.show(`${doing} ${rows} rows`);
  return {
    hide: () => liveLine.clear(),
    row(done, failed) {
      const now = monotonic();
      const leftMs = done === 0 ? 0 : ((now - beganAt) / done) * (rows - done);
      if (live) liveLine.show(batchText(doing, { rows, done, failed, leftMs }));
      else if (now - loggedAt >= LOG_MS) {
        loggedAt = now;
        log.info(batchText(doing, { rows, done, failed, leftMs }));
      }
    },
    close: () => liveLine.clear(),
  };
}

interface Progress {
  readonly rows: number;
  readonly done: number;
  readonly failed: number;
  readonly leftMs: number;
}

/** The failures first, then the time left, then the count: a narrow terminal cuts the end. */
export function batchText(doing: string, { rows, done, failed, leftMs }: Progress): string {
  return [
    ...(failed === 0 ? [] : [`${failed} failed`]),
    `${doing}, about ${formatDuration(Math.ceil(leftMs / 1000) * 1000)} left`,
    `${done} of ${rows} rows`,
  ].join(" · ");
}
