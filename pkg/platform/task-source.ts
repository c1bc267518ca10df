import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Task } from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { nextPollMs } from "./intervals.ts";
import type { TaskClient } from "./task-client.ts";

/** The next task, if there is one, and how long to wait before the next question. */
export interface NextTask {
  readonly task: Task | undefined;
  readonly waitMs: number;
}

/** Where tasks come from. Called by one loop, while at least one more task can be taken. */
export interface TaskSource {
  /** `running` are the ids of tasks that are not done yet. */
  next(running: readonly string[], signal: AbortSignal): Promise<NextTask>;
}

/** One task a call. */
export function singleTasks(client: Pick<TaskClient, "getTask">): TaskSource {
  return {
    async next(_running, signal) {
      const { task, nextPoll } = await client.getTask(signal);
      requireShortId(task);
      return { task: isWork(task) ? task : undefined, waitMs: nextPollMs(nextPoll) };
    },
  };
}

/** Between two looks at an empty queue. */
const LOOK_AGAIN_MS = 100;

/** The protocol takes no more. */
const MAX_PAGE = 100;

/** Several tasks a call, as Go's runner takes them when BATON_GET_TASKS is true. Up to twice the concurrency is kept at hand. */
export function queuedTasks(
  client: Pick<TaskClient, "getTasks">,
  { concurrency, monotonic }: { readonly concurrency: number; readonly monotonic: MonotonicClock },
): TaskSource {
  const queued: Task[] = [];
  let nextPollAt = monotonic();

  async function fetch(running: readonly string[], signal: AbortSignal): Promise<void> {
    const known = [...queued.map(({ id }) => id), ...running];
    const pageSize = Math.min(2 * concurrency - known.length, MAX_PAGE);
    const request = { pageSize, knownTaskIds: known };
    const { tasks, nextPoll } = await client.getTasks(request, signal);
    nextPollAt = monotonic() + nextPollMs(nextPoll);
    const seen = new Set(known);
    for (const task of tasks) {
      requireShortId(task);
      if (isWork(task) && !seen.has(task.id)) queued.push(task);
      seen.add(task.id);
    }
  }

  return {
    async next(running, signal) {
      const isShort = queued.length + running.length < concurrency;
      let failure: GovernanceError | undefined;
      if (isShort && monotonic() >= nextPollAt) {
        try {
          await fetch(running, signal);
        } catch (error) {
          failure = GovernanceError.from(error);
        }
      }
      const task = queued.shift();
      if (task === undefined && failure !== undefined) throw failure;
      const waitMs = Math.max(nextPollAt - monotonic(), LOOK_AGAIN_MS);
      return { task, waitMs: task === undefined ? waitMs : 0 };
    },
  };
}

/** In characters. Ids are kept, logged and sent back long after their task; those of the platform have 27. */
const MAX_ID = 256;

function requireShortId(task: Task | undefined): void {
  if (task === undefined || task.id.length <= MAX_ID) return;
  throw new GovernanceError(
    "unavailable",
    `the platform gives a task whose id has more than ${MAX_ID} characters`,
  );
}

function isWork(task: Task | undefined): task is Task {
  return task !== undefined && task.taskType.case !== "none";
}
