import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { type TaskInit, taskId } from "../../test/support/fake-platform-client.ts";
import {
  BatonServiceGetTaskResponseSchema,
  BatonServiceGetTasksRequestSchema,
  BatonServiceGetTasksResponseSchema,
} from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { checkConstraints } from "../protocol/constraints.ts";
import { queuedTasks, singleTasks } from "./task-source.ts";

const never = new AbortController().signal;
const A = taskId("a");
const B = taskId("b");
const work = (id: string): TaskInit => ({ id, taskType: { case: "actionListSchemas", value: {} } });

test("a task with an id of any length is not taken: ids are kept long after their task", async () => {
  const long = work("x".repeat(257));
  const single = singleTasks({
    getTask: async () => create(BatonServiceGetTaskResponseSchema, { task: long }),
  });
  await expect(single.next([], never)).rejects.toMatchObject({ code: "unavailable" });
  const several = queuedTasks(
    { getTasks: async () => create(BatonServiceGetTasksResponseSchema, { tasks: [long] }) },
    { concurrency: 1, monotonic: () => 0 },
  );
  await expect(several.next([], never)).rejects.toThrow("whose id has more than 256 characters");
});

describe("several tasks at once", () => {
  test.for([1, 50, 51, 100])(
    "are asked for in a call that the protocol takes, %i at a time",
    async (concurrency) => {
      const asked: { pageSize: number; knownTaskIds: readonly string[] }[] = [];
      const client = {
        async getTasks(request: { pageSize: number; knownTaskIds: readonly string[] }) {
          asked.push(request);
          return create(BatonServiceGetTasksResponseSchema);
        },
      };
      await queuedTasks(client, { concurrency, monotonic: () => 0 }).next([], never);
      expect(asked).toHaveLength(1);
      for (const { pageSize, knownTaskIds } of asked) {
        const request = { hostId: "h", pageSize, knownTaskIds: [...knownTaskIds] };
        const message = create(BatonServiceGetTasksRequestSchema, request);
        expect(() => checkConstraints(BatonServiceGetTasksRequestSchema, message)).not.toThrow();
      }
    },
  );

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

  test("are taken as they come where the platform gives more than it was asked for", async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => taskId(`t${index}x`));
    const answer = create(BatonServiceGetTasksResponseSchema, { tasks: ids.map(work) });
    let asked = 0;
    const client = {
      async getTasks() {
        asked += 1;
        return asked === 1 ? answer : create(BatonServiceGetTasksResponseSchema);
      },
    };
    const source = queuedTasks(client, { concurrency: 3, monotonic: () => 0 });
    const given: (string | undefined)[] = [];
    for (const _ of ids) given.push((await source.next([], never)).task?.id);
    expect(given).toEqual(ids);
    // Once at the start, and when less than three were left.
    expect(asked).toBe(3);
  });
});
