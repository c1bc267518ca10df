import { Counter, Gauge, type Registry } from "prom-client";
import { type Clocks, type EpochMs, lastKnownMs, type MonotonicMs } from "../../core/clock.ts";
import type { SyncEvent } from "./events.ts";

export interface SyncMetrics {
  sync(event: SyncEvent): void;
}

/** Before the first complete sync its gauges have no sample: an age of 0 would look like a fresh file. */
export function createSyncMetrics(registry: Registry, { now, monotonic }: Clocks): SyncMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: "connector_sync_runs_total",
    help: "Syncs that ended in this process, by outcome: complete, failed or canceled.",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of ["complete", "failed", "canceled"]) runs.inc({ outcome }, 0);
  const failures = new Gauge({
    name: "connector_sync_consecutive_failures",
    help: "Syncs that failed since the last complete one.",
    registers,
  });
  const running = new Gauge({
    name: "connector_sync_running",
    help: "1 while a sync runs, else 0.",
    registers,
  });
  let last: { readonly endedAtMs: EpochMs; readonly seenAt: MonotonicMs } | undefined;
  const gauge = (name: string, help: string): Gauge => {
    const metric = new Gauge({ name, help, registers });
    metric.remove();
    return metric;
  };
  const ended = gauge(
    "connector_sync_last_complete_timestamp_seconds",
    "End of the last complete sync, in seconds since the epoch.",
  );
  const duration = gauge(
    "connector_sync_last_complete_duration_seconds",
    "Duration of the last complete sync.",
  );
  const rows = new Gauge({
    name: "connector_sync_last_complete_rows",
    help: "Rows of the last complete sync.",
    labelNames: ["kind"],
    registers,
  });
  const age: Gauge = new Gauge({
    name: "connector_sync_last_complete_age_seconds",
    help: "Seconds since the last complete sync ended.",
    registers,
    collect() {
      // A clock that is set back, or was ahead before, must not let it look fresh.
      if (last === undefined) age.remove();
      else age.set(Math.max(now() - last.endedAtMs, monotonic() - last.seenAt) / 1000);
    },
  });

  return {
    sync(event) {
      if (event.outcome !== "found") running.set(event.outcome === "begun" ? 1 : 0);
      if (event.outcome === "begun") return;
      if (event.outcome !== "found") runs.inc({ outcome: event.outcome });
      if (event.outcome === "failed") failures.inc();
      if (event.outcome === "complete") failures.set(0);
      if (event.outcome !== "complete" && event.outcome !== "found") return;
      const { endedAtMs, durationMs } = event;
      const knownMs = lastKnownMs(endedAtMs - durationMs, endedAtMs, now());
      last = { endedAtMs: knownMs, seenAt: monotonic() };
      ended.set(knownMs / 1000);
      if (knownMs === endedAtMs) duration.set(durationMs / 1000);
      else duration.remove();
      if (event.rows === undefined) return;
      const { users, groups, memberships } = event.rows;
      for (const [kind, count] of Object.entries({ users, groups, memberships })) rows.set({ kind }, count);
    },
  };
}
