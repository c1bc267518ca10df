import type { MonotonicClock } from "../../../../pkg/core/clock.ts";
import type { PlatformStatus } from "../../../../pkg/ops/metrics/events.ts";
import type { PlatformMetrics } from "../../../../pkg/ops/metrics/platform-metrics.ts";
import type { PlatformEvents } from "../../../../pkg/platform/events.ts";
import type { Unreached } from "../../../../pkg/platform/reach.ts";

/** What metrics and the health page say of the platform's tasks. */
export interface PlatformRecord {
  /** Counts what happens, and passes it on. */
  watch(events: PlatformEvents, unreached: () => Unreached | undefined): PlatformEvents;
  /** Undefined before `watch`: the service does no tasks. */
  status(): PlatformStatus | undefined;
  /** Why the service is not ready: the platform has not been reached for five minutes. Undefined if it has. */
  trouble(): string | undefined;
}

const PATIENCE_MS = 5 * 60_000;

export function createPlatformRecord(
  metrics: PlatformMetrics | undefined,
  monotonic: MonotonicClock,
): PlatformRecord {
  let unreached: (() => Unreached | undefined) | undefined;
  let helloAt: number | undefined;
  let pollAt: number | undefined;
  let running = 0;
  const since = (at: number | undefined): number | undefined =>
    at === undefined ? undefined : monotonic() - at;

  return {
    watch(inner, asked) {
      unreached = asked;
      return {
        onHello() {
          helloAt = monotonic();
          inner.onHello();
        },
        onPoolUnread: (error, retryInMs) => inner.onPoolUnread(error, retryInMs),
        onHelloFailed(error, retryInMs) {
          metrics?.platformCallFailed("hello");
          inner.onHelloFailed(error, retryInMs);
        },
        onPoll() {
          pollAt = monotonic();
          inner.onPoll();
        },
        onPollFailed(error, retryInMs) {
          metrics?.platformCallFailed("poll");
          inner.onPollFailed(error, retryInMs);
        },
        onTaskBegun(taskId, kind) {
          running += 1;
          inner.onTaskBegun(taskId, kind);
        },
        onTaskRepeated: (taskId, known) => inner.onTaskRepeated(taskId, known),
        onTask(event) {
          running -= 1;
          metrics?.platformTask(event);
          inner.onTask(event);
        },
        onFinishFailed(taskId, error) {
          metrics?.platformCallFailed("finish");
          inner.onFinishFailed(taskId, error);
        },
        onHeartbeatFailed(taskId, error, failures) {
          metrics?.platformCallFailed("heartbeat");
          inner.onHeartbeatFailed(taskId, error, failures);
        },
        onUploadFailed(taskId, error, attempt) {
          metrics?.platformUpload(undefined);
          inner.onUploadFailed(taskId, error, attempt);
        },
        onUploaded(taskId, bytes) {
          metrics?.platformUpload(bytes);
          inner.onUploaded(taskId, bytes);
        },
      };
    },
    status() {
      if (unreached === undefined) return undefined;
      const unreachedMs = unreached()?.forMs ?? 0;
      return { running, helloAgeMs: since(helloAt), pollAgeMs: since(pollAt), unreachedMs };
    },
    trouble() {
      const { forMs = 0, why = "it does not answer" } = unreached?.() ?? {};
      if (forMs < PATIENCE_MS) return undefined;
      return `the platform has not been reached for ${Math.floor(forMs / 60_000)} minutes: ${why}`;
    },
  };
}
