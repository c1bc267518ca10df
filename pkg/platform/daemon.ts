// The daemon of the platform: says Hello, asks for tasks, and does several of them at once.
import type { Clocks, Sleep } from "../core/clock.ts";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import type { ConnectorMetadata } from "../gen/c1/connector/v2/connector_pb.ts";
import type { RpcRouter } from "../rpc/router.ts";
import type { PlatformEvents } from "./events.ts";
import { type HostFacts, helloRequest } from "./hello.ts";
import { helloBackoffMs, pollBackoffMs } from "./intervals.ts";
import type { TaskClient } from "./task-client.ts";
import { createTaskRunner } from "./task-runner.ts";
import type { TaskSource } from "./task-source.ts";
import type { SyncIntoFile } from "./tasks/sync-task.ts";

export interface PlatformDaemonOptions {
  readonly client: TaskClient;
  readonly source: TaskSource;
  /** The RPCs of the connector. */
  readonly router: RpcRouter;
  readonly sync: SyncIntoFile;
  readonly metadata: (signal: AbortSignal) => Promise<ConnectorMetadata>;
  readonly host: HostFacts;
  /** So many tasks are done at once. */
  readonly concurrency: number;
  readonly clocks: Clocks;
  readonly sleep: Sleep;
  readonly events: PlatformEvents;
}

export interface PlatformDaemon {
  /**
   * Says Hello until it is answered, then does tasks until `close`. Rejects when the platform refuses the connector in a
   * way that another attempt cannot change. Call it once.
   */
  run(): Promise<void>;
  /**
   * Asks for no more tasks, waits up to `graceMs` for those under way, then cuts them: nothing is reported of a task that
   * is cut, so that the platform gives it again. Always resolves, and at most a moment after the grace.
   */
  close(graceMs: number): Promise<void>;
}

/** Codes by which the platform says that the same Hello is refused again. */
const PERMANENT: readonly ErrorCode[] = [
  "unauthenticated",
  "permission-denied",
  "invalid-argument",
  "unimplemented",
  "failed-precondition",
  "not-found",
];

/** After a poll that brought nothing new, also when the platform wants the next one at once. */
const NOTHING_NEW_MS = 100;

/** The end of the grace is for telling the platform how the tasks ended. */
const MAX_REPORT_MS = 5_000;

/** What a task that is cut has to stop, however short the grace is. */
const MIN_STOP_MS = 500;

export function createPlatformDaemon(options: PlatformDaemonOptions): PlatformDaemon {
  const { client, source, metadata, host, concurrency, clocks, sleep, events } = options;
  const polling = new AbortController();
  const working = new AbortController();
  const reporting = new AbortController();
  const tasks = new Set<Promise<void>>();
  const runner = createTaskRunner({
    client,
    router: options.router,
    syncing: { sync: options.sync, sleep },
    hello: sayHello,
    monotonic: clocks.monotonic,
    events,
    reporting: reporting.signal,
  });

  async function sayHello(taskId: string, signal: AbortSignal, onPoolRead?: () => void): Promise<void> {
    const request = helloRequest(taskId, host, await metadata(signal));
    onPoolRead?.();
    await client.hello(request, signal);
    events.onHello();
  }

  async function startupHello(signal: AbortSignal): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      let isPoolRead = false;
      try {
        await sayHello("", signal, () => {
          isPoolRead = true;
        });
        return;
      } catch (error) {
        signal.throwIfAborted();
        const failure = GovernanceError.from(error);
        if (PERMANENT.includes(failure.code)) throw failure;
        const retryInMs = helloBackoffMs(failures);
        if (isPoolRead) events.onHelloFailed(failure, retryInMs);
        else events.onPoolUnread(failure, retryInMs);
        await sleep(retryInMs, signal);
      }
    }
  }

  async function poll(signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; ) {
      // A task is taken only when it can begin at once.
      while (tasks.size >= concurrency) await Promise.race(tasks);
      signal.throwIfAborted();
      try {
        const { task, waitMs } = await source.next(runner.running(), signal);
        failures = 0;
        events.onPoll();
        const isNew = task !== undefined && !runner.knows(task.id);
        if (task !== undefined) begin(runner.run(task, working.signal));
        await sleep(isNew ? waitMs : Math.max(waitMs, NOTHING_NEW_MS), signal);
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        const retryInMs = pollBackoffMs(failures);
        events.onPollFailed(GovernanceError.from(error), retryInMs);
        await sleep(retryInMs, signal);
      }
    }
  }

  function begin(work: Promise<void>): void {
    const task = work.finally(() => tasks.delete(task));
    tasks.add(task);
  }

  /** Resolves when no task is left, and after `ms` at the latest. */
  async function tasksDone(ms: number): Promise<void> {
    const over = new AbortController();
    const done = Promise.all(tasks).then(() => over.abort());
    await Promise.race([done, sleep(ms, over.signal).catch(() => {})]);
  }

  return {
    async run() {
      const { signal } = polling;
      try {
        await startupHello(signal);
        await poll(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    async close(graceMs) {
      const ending = new GovernanceError("unavailable", "the connector is shutting down");
      polling.abort(ending);
      const reportMs = Math.min(MAX_REPORT_MS, graceMs / 5);
      await tasksDone(graceMs - reportMs);
      working.abort(ending);
      await tasksDone(Math.max(reportMs, MIN_STOP_MS));
      reporting.abort(ending);
      // A task that does not stop is left to the end of the process; a change is then reconciled at the next start.
      await tasksDone(MIN_STOP_MS);
      client.close();
    },
  };
}
