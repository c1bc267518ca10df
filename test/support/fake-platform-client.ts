// A platform in this process: it gives the tasks that a test puts in, and remembers what was reported to it.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Sleep } from "../../pkg/core/clock.ts";
import {
  BatonServiceGetTaskResponseSchema,
  BatonServiceGetTasksResponseSchema,
  BatonServiceHeartbeatResponseSchema,
  TaskSchema,
} from "../../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { FinishTaskRequest, HelloRequest, TaskClient } from "../../pkg/platform/task-client.ts";

export type TaskInit = MessageInitShape<typeof TaskSchema>;
type Heartbeat = MessageInitShape<typeof BatonServiceHeartbeatResponseSchema>;

/** What was called, in order, such as `heartbeat a…`. */
export interface FakePlatform {
  readonly client: TaskClient;
  readonly calls: string[];
  readonly hellos: HelloRequest[];
  readonly finished: FinishTaskRequest[];
  /** Given out one by one. An Error is thrown. */
  readonly tasks: (TaskInit | Error)[];
  readonly heartbeats: (Heartbeat | Error)[];
  /** Thrown by the next calls of each kind. */
  readonly failures: { hello: Error[]; finishTask: Error[]; upload: Error[] };
  nextPoll: Duration;
}

export function fakePlatform(): FakePlatform {
  const platform: FakePlatform = {
    calls: [],
    hellos: [],
    finished: [],
    tasks: [],
    heartbeats: [],
    failures: { hello: [], finishTask: [], upload: [] },
    nextPoll: durationFromMs(1_000),
    client: {
      async hello(request) {
        platform.calls.push(`hello ${request.taskId}`);
        failWith(platform.failures.hello);
        platform.hellos.push(request);
      },
      async getTask() {
        platform.calls.push("getTask");
        const task = platform.tasks.shift();
        if (task instanceof Error) throw task;
        return create(BatonServiceGetTaskResponseSchema, {
          ...(task && { task }),
          nextPoll: platform.nextPoll,
        });
      },
      async getTasks({ pageSize, knownTaskIds }) {
        platform.calls.push(`getTasks ${pageSize} ${knownTaskIds.join(",")}`);
        const tasks = platform.tasks.splice(0, pageSize).map((task) => {
          if (task instanceof Error) throw task;
          return create(TaskSchema, task);
        });
        return create(BatonServiceGetTasksResponseSchema, { tasks, nextPoll: platform.nextPoll });
      },
      async heartbeat(id) {
        platform.calls.push(`heartbeat ${id}`);
        const answer = platform.heartbeats.shift() ?? {};
        if (answer instanceof Error) throw answer;
        return create(BatonServiceHeartbeatResponseSchema, answer);
      },
      async finishTask(request) {
        platform.calls.push(`finishTask ${request.taskId}`);
        failWith(platform.failures.finishTask);
        platform.finished.push(request);
      },
      async upload(id, path) {
        platform.calls.push(`upload ${id} ${path}`);
        failWith(platform.failures.upload);
        return 7;
      },
      close: () => void platform.calls.push("close"),
    },
  };
  return platform;
}

function failWith(failures: Error[]): void {
  const failure = failures.shift();
  if (failure !== undefined) throw failure;
}

/** A pause that vitest's fake timers run. */
export const fakeSleep: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** A task id as the platform gives them: 27 characters. */
export function taskId(name: string): string {
  return name.padEnd(27, "0");
}
