import type { CategoryStatus } from "../../../pkg/limiter/throttle.ts";
import type { CallMeter } from "../../../pkg/ops/metrics/call-meter.ts";
import type { SyncTracker } from "../../../pkg/sync/sync-progress.ts";
import type { SyncStatus } from "../../../pkg/sync/sync-status.ts";
import { timeLeft } from "../../../pkg/sync/time-left.ts";

interface Measured {
  readonly meter: CallMeter;
  readonly throttle: { status(): readonly CategoryStatus[] };
}

export function syncStatus(tracker: SyncTracker, { meter, throttle }: Measured): SyncStatus {
  const state = tracker.state();
  const categories = throttle.status();
  const users = categories.find(({ category }) => category === "UserList");
  const grantedPerSecond = users?.currentPerSecond ?? 0;
  const usedPerSecond = meter.perSecond("UserList");
  const perUser = categories.find(({ category }) => category === "UserResourceRead");
  const perUserPerSecond = usable(meter.perSecond("UserResourceRead"), perUser?.currentPerSecond ?? 0);
  return {
    state,
    // A listing is read page by page, so the answers of AWS may allow fewer calls than are granted.
    left: timeLeft(state, usable(usedPerSecond, grantedPerSecond), perUserPerSecond),
    setPerSecond: users?.setPerSecond ?? 0,
    grantedPerSecond,
    usedPerSecond,
    throttles: categories.reduce((sum, { throttles }) => sum + throttles, 0),
    calls: meter.total(),
    trouble: meter.trouble(),
  };
}

function usable(usedPerSecond: number, grantedPerSecond: number): number {
  return usedPerSecond > 0 ? Math.min(usedPerSecond, grantedPerSecond) : grantedPerSecond;
}
