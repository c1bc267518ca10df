import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Task } from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { RpcRouter } from "../rpc/router.ts";
import type { PlatformEvents, TaskEvent } from "./events.ts";
import type { TaskClient } from "./task-client.ts";
import { UNKNOWN_KIND } from "./task-kinds.ts";
import { doTask, unsupported } from "./tasks/matrix.ts";
import { finishRequest, type TaskOutcome } from "./tasks/outcome.ts";
import { type SyncTaskOptions, syncTask } from "./tasks/sync-task.ts";

export interface TaskRunnerOptions {
  readonly client: TaskClient;
  readonly router: RpcRouter;
  readonly syncing: Pick<SyncTaskOptions, "sync" | "sleep">;
  /** Sends a Hello with the id of the task. */
  readonly hello: (taskId: string, signal: AbortSignal) => Promise<void>;
  readonly monotonic: MonotonicClock;
  readonly events: PlatformEvents;
  /** Fires when the process cannot wait any longer for the platform to take a result. */
  readonly reporting: AbortSignal;
}

/** Does tasks and tells the platform how they ended. */
export interface TaskRunner {
  /** Never rejects. */
  run(task: Task, signal: AbortSignal): Promise<void>;
  /** The ids of the tasks that are not done yet. */
  running(): readonly string[];
  /** Whether the task runs or has ended: the platform gives it again. */
  knows(taskId: string): boolean;
}

interface Ended {
  readonly kind: string;
  /** Undefined: the task may be done again. */
  readonly outcome: TaskOutcome | undefined;
}

/** So many tasks that are over are remembered, so that one whose answer was lost is answered again and not done again. */
const REMEMBERED = 1_000;

/** The answer of a change is far smaller. What is larger was only read, and may be read again. */
const MAX_REMEMBERED_BYTES = 64 * 1024;

export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { client, events, monotonic, reporting } = options;
  const running = new Set<string>();
  const ended = new Map<string, Ended>();

  async function perform(task: Task, signal: AbortSignal): Promise<TaskOutcome> {
    const { id, taskType } = task;
    if (taskType.case === undefined) return unsupported();
    if (taskType.case === "none") return { kind: "unanswered", why: "" };
    if (taskType.case === "hello") return await hello(id, signal);
    if (taskType.case === "syncFull") {
      return await syncTask(id, taskType.value, { ...options.syncing, client, events }, signal);
    }
    return await doTask(taskType, { taskId: id, router: options.router, signal });
  }

  /** The Hello itself is the answer. */
  async function hello(taskId: string, signal: AbortSignal): Promise<TaskOutcome> {
    try {
      await options.hello(taskId, signal);
      return { kind: "unanswered", why: "" };
    } catch (error) {
      return { kind: "unanswered", why: GovernanceError.from(error).message };
    }
  }

  async function finish(taskId: string, outcome: TaskOutcome): Promise<void> {
    const request = finishRequest(taskId, outcome);
    if (request === undefined) return;
    try {
      // Also after the task's own signal: what was done must be reported.
      await client.finishTask(request, reporting);
    } catch (error) {
      events.onFinishFailed(taskId, GovernanceError.from(error));
    }
  }

  function remember(taskId: string, kind: string, outcome: TaskOutcome): void {
    const isSmall =
      outcome.kind === "done" && (outcome.response?.value.byteLength ?? 0) <= MAX_REMEMBERED_BYTES;
    // It may have been done before, and failed: it is the newest now.
    ended.delete(taskId);
    ended.set(taskId, { kind, outcome: isSmall ? outcome : undefined });
    const [oldest] = ended.keys();
    if (ended.size > REMEMBERED && oldest !== undefined) ended.delete(oldest);
  }

  return {
    running: () => [...running],
    knows: (taskId) => running.has(taskId) || ended.has(taskId),
    async run(task, signal) {
      const { id } = task;
      if (running.has(id)) {
        events.onTaskRepeated(id, "running");
        return;
      }
      const kind = kindOf(task);
      const known = ended.get(id);
      // A task of another kind under the same id is another task: its result is not that of the first.
      if (known?.outcome !== undefined && known.kind === kind) {
        events.onTaskRepeated(id, "finished");
        await finish(id, known.outcome);
        return;
      }
      running.add(id);
      events.onTaskBegun(id, kind);
      const startedAt = monotonic();
      try {
        const outcome = unlessCut(await perform(task, signal), signal);
        remember(id, kind, outcome);
        events.onTask(eventOf(id, kind, outcome, monotonic() - startedAt));
        await finish(id, outcome);
      } finally {
        running.delete(id);
      }
    },
  };
}

/** A task that failed because the process ends is not reported: the platform gives it to the next process. */
function unlessCut(outcome: TaskOutcome, signal: AbortSignal): TaskOutcome {
  if (outcome.kind !== "failed" || !signal.aborted) return outcome;
  return { kind: "unanswered", why: GovernanceError.from(signal.reason).message };
}

/** `syncFull` is `sync_full` in the protocol. */
function kindOf({ taskType }: Task): string {
  if (taskType.case === undefined) return UNKNOWN_KIND;
  return taskType.case.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

function eventOf(taskId: string, kind: string, outcome: TaskOutcome, durationMs: number): TaskEvent {
  const common = { taskId, kind, outcome: outcome.kind, error: undefined, durationMs };
  switch (outcome.kind) {
    case "done":
      return { ...common, code: 0, why: undefined };
    case "failed":
      return { ...common, code: outcome.status.code, why: outcome.status.message, error: outcome.error };
    case "unanswered":
      return { ...common, code: 0, why: outcome.why === "" ? undefined : outcome.why };
  }
}
