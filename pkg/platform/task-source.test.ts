import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { fakePlatform, type TaskInit, taskId } from "../../test/support/fake-platform-client.ts";
import { BatonServiceGetTasksResponseSchema } from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { queuedTasks, singleTasks } from "./task-source.ts";

const never = new AbortController().signal;
const A = taskId("a");
const B = taskId("b");
const work = (id: string): TaskInit => ({ id, taskType: { case: "actionListSchemas", value: {} } });

describe("the wait before the next question", () => {
  test.for([
    ["nothing to do", undefined, 100],
    ["a task without work", { taskType: { case: "none", value: {} } }, 100],
    ["a task that is running already", work(B), 100],
    ["a new task", work(A), 0],
  ] as const)(
    "is at least 100 ms unless a new task came, also when the platform wants it at once: %s",
    async ([, task, waitMs]) => {
      const platform = fakePlatform();
      platform.nextPoll = durationFromMs(0);
      if (task !== undefined) platform.tasks.push(task);
      expect((await singleTasks(platform.client).next([B], never)).waitMs).toBe(waitMs);
    },
  );
});

describe("several tasks at once", () => {
  test("are given out one by one, each once, although the platform gives one twice or one that runs", async () => {
    const answer = create(BatonServiceGetTasksResponseSchema, { tasks: [work(A), work(B), work(A)] });
    const asked: unknown[] = [];
    const client = {
      getTasks: async (request: unknown) => {
        asked.push(request);
        return asked.length === 1 ? answer : create(BatonServiceGetTasksResponseSchema);
      },
    };
    const source = queuedTasks(client, { concurrency: 3, monotonic: () => 0 });
    const first = await source.next([B], never);
    expect(first).toMatchObject({ task: { id: A }, waitMs: 0 });
    expect(await source.next([A, B], never)).toEqual({ task: undefined, waitMs: 100 });
    expect(asked).toEqual([
      { pageSize: 5, knownTaskIds: [B] },
      { pageSize: 4, knownTaskIds: [A, B] },
    ]);
  });
});
