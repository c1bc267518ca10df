import type { Sleep } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { nextHeartbeatMs } from "./intervals.ts";
import type { TaskClient } from "./task-client.ts";

export interface HeartbeatOptions {
  readonly client: Pick<TaskClient, "heartbeat">;
  readonly taskId: string;
  readonly sleep: Sleep;
  /** A heartbeat failed, the `failures`-th in a row. Must not throw. */
  readonly onFailure: (error: GovernanceError, failures: number) => void;
}

export interface Heartbeats {
  /** Aborted when the platform cancels the task, or when nine heartbeats in a row have failed. */
  readonly signal: AbortSignal;
  stop(): void;
}

/** Go's runner gives the task up at the ninth. */
const MAX_FAILURES = 9;

/**
 * Sends the first heartbeat, then one whenever the platform wants the next. Rejects when the first one fails or the task
 * is cancelled: then nothing may be done, and nothing is reported.
 */
export async function startHeartbeats(options: HeartbeatOptions, signal: AbortSignal): Promise<Heartbeats> {
  const { client, taskId, sleep, onFailure } = options;
  const first = await client.heartbeat(taskId, signal);
  if (first.cancelled) throw cancelled();
  const abandoned = new AbortController();
  const stopped = new AbortController();
  const either = AbortSignal.any([signal, stopped.signal]);

  async function beat(): Promise<void> {
    let waitMs = nextHeartbeatMs(first.nextHeartbeat);
    for (let failures = 0; ; ) {
      await sleep(waitMs, either);
      try {
        const answer = await client.heartbeat(taskId, either);
        failures = 0;
        waitMs = nextHeartbeatMs(answer.nextHeartbeat);
        if (!answer.cancelled) continue;
        abandoned.abort(cancelled());
        return;
      } catch (error) {
        either.throwIfAborted();
        failures += 1;
        const failure = GovernanceError.from(error);
        onFailure(failure, failures);
        if (failures < MAX_FAILURES) continue;
        abandoned.abort(lost(failure));
        return;
      }
    }
  }

  // It ends by the abort of `either`, or has aborted `abandoned`: there is nothing left to report.
  beat().catch(() => {});
  return {
    signal: AbortSignal.any([signal, abandoned.signal]),
    stop: () => stopped.abort(new GovernanceError("canceled", "the task is over")),
  };
}

function cancelled(): GovernanceError {
  return new GovernanceError("canceled", "the platform cancelled the task");
}

function lost(failure: GovernanceError): GovernanceError {
  return new GovernanceError("canceled", `${MAX_FAILURES} heartbeats in a row failed: ${failure.message}`);
}
