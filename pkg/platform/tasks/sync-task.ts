// A sync for the platform: heartbeat, read, upload. Nothing is reported when it may not begin, and when the process ends:
// the platform gives the task again, and the reading goes on where it was.
import type { Sleep } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { SyncChoice } from "../../core/sync-scope.ts";
import type { Task_SyncFullTask } from "../../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { failureOf, rpcStatusOf } from "../../rpc/status.ts";
import { type Heartbeats, startHeartbeats } from "../heartbeats.ts";
import type { TaskClient } from "../task-client.ts";
import { failed, failedReading, type TaskOutcome } from "./outcome.ts";

/** The file of a sync. No other sync writes it before it is released. */
export interface SyncedFile {
  readonly path: string;
  /** The file is not read any more. Must not reject. */
  release(end: UploadEnd): Promise<void>;
}

/** `cut`: the task ended before the platform had the whole file, and before it refused it. */
export type UploadEnd = "uploaded" | "failed" | "cut";

/**
 * Reads the pool into a file. What an earlier call with the same choice had read is not read again, whether it or its
 * upload was cut by its signal or by the end of the process.
 */
export type SyncIntoFile = (choice: SyncChoice, signal: AbortSignal) => Promise<SyncedFile>;

export interface SyncTaskOptions {
  readonly client: Pick<TaskClient, "heartbeat" | "upload">;
  readonly sync: SyncIntoFile;
  readonly sleep: Sleep;
  readonly events: SyncTaskEvents;
}

/** None of them may throw. */
export interface SyncTaskEvents {
  onHeartbeatFailed(taskId: string, error: GovernanceError, failures: number): void;
  onUploadFailed(taskId: string, error: GovernanceError, attempt: number): void;
  onUploaded(taskId: string, bytes: number): void;
}

const UPLOAD_ATTEMPTS = 3;

/** Before the second attempt and before the third. */
const UPLOAD_PAUSES_MS = [0, 1_000];

export async function syncTask(
  taskId: string,
  task: Task_SyncFullTask,
  options: SyncTaskOptions,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { client, sleep, sync, events } = options;
  let heartbeats: Heartbeats;
  try {
    const onFailure = (error: GovernanceError, failures: number): void =>
      events.onHeartbeatFailed(taskId, error, failures);
    heartbeats = await startHeartbeats({ client, taskId, sleep, onFailure }, signal);
  } catch (error) {
    return { kind: "unanswered", why: GovernanceError.from(error).message };
  }
  let reading = true;
  try {
    const file = await sync(choiceOf(task), heartbeats.signal);
    reading = false;
    let end: UploadEnd = "failed";
    try {
      await upload(taskId, file, options, heartbeats.signal);
      end = "uploaded";
    } finally {
      await file.release(end === "failed" && heartbeats.signal.aborted ? "cut" : end);
    }
    return { kind: "done", response: undefined, annotations: [] };
  } catch (error) {
    if (signal.aborted) return { kind: "unanswered", why: GovernanceError.from(signal.reason).message };
    const failure = failureOf(error, heartbeats.signal);
    const status = rpcStatusOf(failure);
    return reading && !heartbeats.signal.aborted
      ? failedReading(status, failure)
      : failed(status, false, failure);
  } finally {
    heartbeats.stop();
  }
}

function choiceOf(task: Task_SyncFullTask): SyncChoice {
  return {
    resourceTypeIds: task.syncResourceTypeIds,
    resources: task.targetedSyncResources.map(({ id }) => ({
      resourceType: id?.resourceType ?? "",
      resource: id?.resource ?? "",
    })),
    skipEntitlementsAndGrants: task.skipEntitlementsAndGrants,
    skipGrants: task.skipGrants,
  };
}

/** The whole file again after each failure. */
async function upload(
  taskId: string,
  file: SyncedFile,
  { client, sleep, events }: SyncTaskOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      events.onUploaded(taskId, await client.upload(taskId, file.path, signal));
      return;
    } catch (error) {
      signal.throwIfAborted();
      const failure = GovernanceError.from(error);
      events.onUploadFailed(taskId, failure, attempt);
      if (attempt === UPLOAD_ATTEMPTS) throw failure;
      await sleep(UPLOAD_PAUSES_MS[attempt - 1] ?? 0, signal);
    }
  }
}
