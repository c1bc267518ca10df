import type { Config } from "../../../../pkg/config/config.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { type SyncStatus, statusFields } from "../../../../pkg/sync/sync-status.ts";
import type { Context } from "../../process/context.ts";
import { isLive } from "../with-runtime.ts";
import type { LiveLine } from "./live-line.ts";
import { progressText } from "./progress-text.ts";

const REDRAW_MS = 200;
const LOG_MS = 10_000;

interface FollowOptions {
  readonly log: Logger;
  readonly liveLine: LiveLine;
  /** What a call waits for, once that takes a while. */
  readonly waiting: () => string | undefined;
}

/** Shows how a sync goes until it is closed: a live line for people on a terminal, else a log line every ten seconds. */
export function followSync(
  statusNow: () => SyncStatus,
  { log, liveLine, waiting }: FollowOptions,
  config: Config,
  context: Context,
): { close(): void } {
  const live = isLive(config, context);

  function report(): void {
    const status = statusNow();
    if (live) liveLine.show(progressText(status.state, status, status.left, waiting()));
    else log.info("syncing", statusFields(status));
  }

  if (live) report();
  const timer = setInterval(report, live ? REDRAW_MS : LOG_MS);
  return {
    close() {
      clearInterval(timer);
      liveLine.clear();
    },
  };
}
