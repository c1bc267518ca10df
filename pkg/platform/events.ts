import type { GovernanceError } from "../core/errors.ts";
import type { SyncTaskEvents } from "./tasks/sync-task.ts";

/** How one task ended, for logs and metrics. */
export interface TaskEvent {
  readonly taskId: string;
  /** The kind in the words of the protocol, such as `sync_full`; `unknown` for one that this version does not know. */
  readonly kind: string;
  readonly outcome: "done" | "failed" | "unanswered";
  /** The status code of gRPC: 0 when the task is done. */
  readonly code: number;
  /** Of a task that failed or is not answered. */
  readonly why: string | undefined;
  /** Of a task that failed by an error, the error itself. */
  readonly error: unknown;
  readonly durationMs: number;
}

/** What the daemon tells logs and metrics. None of it may throw. */
export interface PlatformEvents extends SyncTaskEvents {
  /** A Hello was answered. */
  onHello(): void;
  /** The pool, which the Hello describes, could not be read; it is tried again. */
  onPoolUnread(error: GovernanceError, retryInMs: number): void;
  /** A startup Hello failed and is tried again. */
  onHelloFailed(error: GovernanceError, retryInMs: number): void;
  /** A poll was answered. */
  onPoll(): void;
  onPollFailed(error: GovernanceError, retryInMs: number): void;
  onTaskBegun(taskId: string, kind: string): void;
  /** The platform has given a task again. `known` says what the daemon knows of it. */
  onTaskRepeated(taskId: string, known: "running" | "finished"): void;
  onTask(event: TaskEvent): void;
  /** The result of the task did not reach the platform. */
  onFinishFailed(taskId: string, error: GovernanceError): void;
}
