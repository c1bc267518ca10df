import type { Config } from "../../../../pkg/config/config.ts";
import type { CategoryStatus } from "../../../../pkg/limiter/throttle.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { CallMeter } from "../../../../pkg/ops/metrics/call-meter.ts";
import type { SyncTracker } from "../../../../pkg/sync/sync-progress.ts";
import type { Context } from "../../process/context.ts";
import type { LiveLine } from "./live-line.ts";
import { progressText, timeLeft } from "./progress-text.ts";

const REDRAW_MS = 200;
const LOG_MS = 10_000;

interface FollowOptions {
  readonly log: Logger;
  readonly liveLine: LiveLine;
  readonly meter: CallMeter;
  readonly throttle: { status(): readonly CategoryStatus[] };
}

/** Shows how a sync goes until it is closed: a live line for people on a terminal, else a log line every ten seconds. */
export function followSync(
  tracker: SyncTracker,
  { log, liveLine, meter, throttle }: FollowOptions,
  { log: { format } }: Config,
  { stderr, env }: Context,
): { close(): void } {
  const live = stderr.isTerminal && format === "console" && env["TERM"] !== "dumb";

  function report(): void {
    const state = tracker.state();
    const categories = throttle.status();
    const grantedPerSecond =
      categories.find(({ category }) => category === "UserList")?.currentPerSecond ?? 0;
    const usedPerSecond = meter.perSecond("UserList");
    const trouble = meter.trouble();
    const throttles = categories.reduce((sum, { throttles: count }) => sum + count, 0);
    // A listing is read page by page, so the answers of AWS may allow fewer calls than are granted.
    const left = timeLeft(
      state,
      usedPerSecond > 0 ? Math.min(usedPerSecond, grantedPerSecond) : grantedPerSecond,
    );
    if (live) {
      liveLine.show(progressText(state, { grantedPerSecond, usedPerSecond, throttles, trouble }, left));
      return;
    }
    log.info("syncing", {
      ...state.counts,
      openListings: Number(state.usersOpen) + Number(state.groupsOpen) + state.membersOpen,
      calls: meter.total(),
      throttles,
      grantedPerSecond,
      usedPerSecond: Math.round(usedPerSecond * 10) / 10,
      ...(trouble === undefined ? {} : { outcome: trouble }),
      ...(left === undefined ? {} : { leftMs: Math.round(left.ms) }),
    });
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
