import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { closedLabel } from "./closed-labels.ts";
import type { PlatformCall, PlatformTaskEvent } from "./events.ts";
import type { Sources } from "./sources.ts";

export interface PlatformMetrics {
  /** A task of the platform ended. */
  platformTask(event: PlatformTaskEvent): void;
  /** A call to the platform failed. */
  platformCallFailed(call: PlatformCall): void;
  /** One attempt to upload a file ended; `bytes` of one that succeeded. */
  platformUpload(bytes: number | undefined): void;
}

const OUTCOMES = ["done", "failed", "unanswered"] as const;
const CALLS: readonly PlatformCall[] = ["hello", "poll", "heartbeat", "finish"];

/** `kinds` are all kinds of tasks. Without tasks, as in a service that has no client id, the gauges have no sample. */
export function createPlatformMetrics(
  registry: Registry,
  sources: Sources,
  kinds: readonly string[],
): PlatformMetrics {
  const registers = [registry];
  const kindLabel = closedLabel(kinds);
  const tasks = new Counter({
    name: "connector_platform_tasks_total",
    help: "Ended tasks of the platform by kind and outcome: done, failed, or unanswered, where nothing is reported.",
    labelNames: ["kind", "outcome"],
    registers,
  });
  for (const kind of kinds) for (const outcome of OUTCOMES) tasks.inc({ kind, outcome }, 0);
  const durations = new Histogram({
    name: "connector_platform_task_duration_seconds",
    help: "Duration of a task of the platform, without the report of its result.",
    labelNames: ["kind"],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400],
    registers,
  });
  const failures = new Counter({
    name: "connector_platform_calls_failed_total",
    help: "Calls to the platform that failed: hello, poll, heartbeat, or finish, the report of a result.",
    labelNames: ["call"],
    registers,
  });
  for (const call of CALLS) failures.inc({ call }, 0);
  const uploads = new Counter({
    name: "connector_platform_uploads_total",
    help: "Attempts to upload the file of a sync to the platform, by outcome: done or failed.",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of ["done", "failed"]) uploads.inc({ outcome }, 0);
  const bytes = new Counter({
    name: "connector_platform_upload_bytes_total",
    help: "Bytes of the files that were uploaded to the platform.",
    registers,
  });

  const status = () => sources.read("platform", (source) => source());
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    const metric: Gauge = new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        if (value === undefined) metric.remove();
        else metric.set(value);
      },
    });
  };
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
  gauge(
    "connector_platform_tasks_running",
    "Tasks of the platform that are being done.",
    () => status()?.running,
  );
  gauge("connector_platform_hello_age_seconds", "Seconds since the platform last answered a Hello.", () =>
    seconds(status()?.helloAgeMs),
  );
  gauge("connector_platform_poll_age_seconds", "Seconds since the platform last answered a poll.", () =>
    seconds(status()?.pollAgeMs),
  );
  gauge(
    "connector_platform_unreached_seconds",
    "Seconds for which every call to the platform has failed or is without an answer; 0 while it answers.",
    () => seconds(status()?.unreachedMs),
  );

  return {
    platformTask({ kind, outcome, durationMs }) {
      const label = kindLabel(kind);
      tasks.inc({ kind: label, outcome });
      durations.observe({ kind: label }, durationMs / 1000);
    },
    platformCallFailed: (call) => failures.inc({ call }),
    platformUpload(sent) {
      uploads.inc({ outcome: sent === undefined ? "failed" : "done" });
      if (sent !== undefined) bytes.inc(sent);
    },
  };
}
