import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type FakePlatform,
  fakePlatform,
  fakeSleep,
  taskId,
} from "../../test/support/fake-platform-client.ts";
import { GovernanceError } from "../core/errors.ts";
import { ActionService } from "../gen/c1/connector/v2/action_pb.ts";
import { ConnectorMetadataSchema } from "../gen/c1/connector/v2/connector_pb.ts";
import { EventService } from "../gen/c1/connector/v2/event_feed_pb.ts";
import { serviceRoutes } from "../rpc/handlers.ts";
import { createRpcRouter } from "../rpc/router.ts";
import { createPlatformDaemon, type PlatformDaemon, type PlatformDaemonOptions } from "./daemon.ts";
import type { PlatformEvents } from "./events.ts";
import type { TaskClient } from "./task-client.ts";
import { singleTasks } from "./task-source.ts";

const DOWN = new GovernanceError("unavailable", "the platform is away");
const A = taskId("a");
const B = taskId("b");

const HOST = {
  hostname: "h",
  os: "linux",
  platform: "",
  platformVersion: "",
  kernelVersion: "6.1",
  arch: "x86_64",
  nodeVersion: "v24",
  packageName: "connector",
  packageVersion: "1.0.0",
};

/** Every event as a line. */
function recorded(): { events: PlatformEvents; lines: string[] } {
  const lines: string[] = [];
  const events: PlatformEvents = {
    onHello: () => lines.push("hello"),
    onPoolUnread: (error, ms) => lines.push(`pool unread: ${error.code}, again in ${ms}`),
    onHelloFailed: (error, ms) => lines.push(`hello failed: ${error.code}, again in ${ms}`),
    onPoll: () => {},
    onPollFailed: (_error, ms) => lines.push(`poll failed, again in ${ms}`),
    onTaskBegun: (id, kind) => lines.push(`${id.charAt(0)} ${kind}`),
    onTaskRepeated: (id, known) => lines.push(`${id.charAt(0)} repeated, ${known}`),
    onTask: ({ taskId: id, outcome, code }) => lines.push(`${id.charAt(0)} ${outcome} ${code}`),
    onFinishFailed: (id) => lines.push(`${id.charAt(0)} not reported`),
    onHeartbeatFailed: () => lines.push("heartbeat failed"),
    onUploadFailed: (_id, _error, attempt) => lines.push(`upload ${attempt} failed`),
    onUploaded: (_id, bytes) => lines.push(`uploaded ${bytes}`),
  };
  return { events, lines };
}

describe("the daemon", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  let feeds = 0;

  function daemonOf(platform: FakePlatform, more: Partial<PlatformDaemonOptions> = {}) {
    const { events, lines } = recorded();
    feeds = 0;
    const handlers = {
      listEvents: () => ({}),
      listEventFeeds: () => {
        feeds += 1;
        return {};
      },
    };
    const daemon = createPlatformDaemon({
      client: platform.client,
      source: singleTasks(platform.client),
      router: createRpcRouter([serviceRoutes(EventService, handlers)]),
      sync: async () => ({ path: "file", release: async (end) => void lines.push(end) }),
      metadata: async () => create(ConnectorMetadataSchema, { displayName: "d" }),
      host: HOST,
      concurrency: 3,
      clocks: { now: () => Date.now(), monotonic: () => performance.now() },
      sleep: fakeSleep,
      events,
      ...more,
    });
    const ended = daemon.run();
    ended.catch(() => {});
    return { daemon, lines, ended };
  }

  async function close(daemon: PlatformDaemon): Promise<void> {
    const closed = daemon.close(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
  }

  const feedTask = (id: string) => ({ id, taskType: { case: "listEventFeeds" as const, value: {} } });
  const syncFull = (id: string) => ({ id, taskType: { case: "syncFull" as const, value: {} } });

  test("says Hello with every field filled, asks for a task, does it and tells how it ended", async () => {
    const platform = fakePlatform();
    platform.tasks.push(feedTask(A));
    const { daemon, lines, ended } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(0);
    expect(platform.calls).toEqual(["hello ", "getTask", `finishTask ${A}`]);
    const osInfo = platform.hellos[0]?.osInfo ?? {};
    expect(Object.entries(osInfo).filter(([, value]) => value === "")).toEqual([]);
    expect(platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(platform.calls.at(-1)).toBe("getTask");
    await close(daemon);
    await ended;
    expect(lines).toEqual(["hello", "a list_event_feeds", "a done 0"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("says Hello again and again while the platform is away: after one second, two, four", async () => {
    const platform = fakePlatform();
    platform.failures.hello.push(DOWN, DOWN, DOWN);
    const { daemon, lines } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(platform.calls).toEqual(["hello ", "hello ", "hello ", "hello ", "getTask"]);
    expect(lines.map((line) => line.split(" ").at(-1))).toEqual(["1000", "2000", "4000", "hello"]);
    await close(daemon);
  });

  test("says of a pool that cannot be read that it is the pool, and calls no platform meanwhile", async () => {
    const platform = fakePlatform();
    platform.failures.hello.push(DOWN);
    const read = vi.fn<PlatformDaemonOptions["metadata"]>(async () =>
      create(ConnectorMetadataSchema, { displayName: "d" }),
    );
    read.mockRejectedValueOnce(DOWN).mockRejectedValueOnce(DOWN);
    const { daemon, lines } = daemonOf(platform, { metadata: read });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(platform.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(platform.calls).toEqual(["hello ", "hello ", "getTask"]);
    expect(lines).toEqual([
      "pool unread: unavailable, again in 1000",
      "pool unread: unavailable, again in 2000",
      "hello failed: unavailable, again in 4000",
      "hello",
    ]);
    await close(daemon);
  });

  test.for(["unauthenticated", "permission-denied", "unimplemented", "not-found"] as const)(
    "ends when its Hello is refused with %s",
    async (code) => {
      const platform = fakePlatform();
      platform.failures.hello.push(new GovernanceError(code, "no"));
      const { ended, daemon } = daemonOf(platform);
      await expect(ended).rejects.toMatchObject({ code });
      expect(platform.calls).toEqual(["hello "]);
      await close(daemon);
    },
  );

  test("waits the square of the number of failed polls, and forgets them at the first answer", async () => {
    const platform = fakePlatform();
    platform.tasks.push(DOWN, DOWN, feedTask(A), DOWN);
    const { daemon, lines } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(6_000);
    await close(daemon);
    const failed = lines.filter((line) => line.startsWith("poll"));
    expect(failed.map((line) => line.split(" ").at(-1))).toEqual(["1000", "4000", "1000"]);
  });

  test("answers a Hello task with a Hello that has its id, and with nothing else", async () => {
    const platform = fakePlatform();
    platform.tasks.push({ id: A, taskType: { case: "hello", value: {} } });
    const { daemon } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(0);
    expect(platform.calls).toEqual(["hello ", "getTask", `hello ${A}`]);
    await close(daemon);
  });

  test("refuses a task of a kind that it does not know (PLATFORM-4)", async () => {
    const platform = fakePlatform();
    platform.tasks.push({ id: A });
    const { daemon } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(0);
    expect(platform.finished).toMatchObject([
      {
        status: { code: 2, message: "unsupported task type" },
        finalState: { case: "error", value: { nonRetryable: false } },
      },
    ]);
    await close(daemon);
  });

  test("takes no more tasks than it can begin (PLATFORM-6)", async () => {
    const platform = fakePlatform();
    platform.nextPoll = durationFromMs(0);
    platform.tasks.push(syncFull(A), syncFull(B), syncFull(taskId("c")), feedTask(taskId("d")));
    const hold = Promise.withResolvers<never>();
    hold.promise.catch(() => {});
    const { daemon } = daemonOf(platform, { concurrency: 2, sync: () => hold.promise });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(platform.calls.filter((call) => call === "getTask")).toHaveLength(2);
    hold.reject(new GovernanceError("internal", "over"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(platform.tasks).toEqual([]);
    await close(daemon);
  });

  test("does a task that is given twice once, and answers it again once it is over (PLATFORM-1)", async () => {
    const platform = fakePlatform();
    platform.failures.finishTask.push(DOWN);
    platform.tasks.push(feedTask(A), feedTask(A));
    const { daemon, lines } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lines).toEqual([
      "hello",
      "a list_event_feeds",
      "a done 0",
      "a not reported",
      "a repeated, finished",
    ]);
    expect(feeds).toBe(1);
    expect(platform.finished).toHaveLength(1);
    await close(daemon);
  });

  test("does a task of another kind under the id of one that is over: that one's result is not its own", async () => {
    const platform = fakePlatform();
    platform.tasks.push(feedTask(A), syncFull(A));
    const { daemon } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(platform.calls.filter((call) => /^(upload|finish)/.test(call))).toEqual([
      `finishTask ${A}`,
      `upload ${A} file`,
      `finishTask ${A}`,
    ]);
    await close(daemon);
  });

  test("reads, uploads and finishes a sync between heartbeats", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    const { daemon, lines } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(0);
    expect(platform.calls.slice(2)).toEqual([`heartbeat ${A}`, `upload ${A} file`, `finishTask ${A}`]);
    expect(platform.finished).toMatchObject([
      { finalState: { case: "success", value: { annotations: [] } } },
    ]);
    expect(lines).toEqual(["hello", "a sync_full", "uploaded 7", "uploaded", "a done 0"]);
    await close(daemon);
  });

  test("sends the whole file three times before it gives up, and does not count it as uploaded (PLATFORM-2)", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    platform.failures.upload.push(DOWN, DOWN, DOWN);
    const { daemon, lines } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(1_000);
    const uploads = lines.filter((line) => line.startsWith("upload"));
    expect(uploads).toEqual(["upload 1 failed", "upload 2 failed", "upload 3 failed"]);
    expect(platform.finished).toMatchObject([
      { status: { code: 14 }, finalState: { case: "error", value: { nonRetryable: false } } },
    ]);
    expect(lines).toContain("failed");
    await close(daemon);
  });

  test("says of a sync that cannot read the pool what Go's runner says, with the code in the message", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    const { daemon } = daemonOf(platform, {
      sync: () => Promise.reject(new GovernanceError("permission-denied", "ListUsers: not allowed")),
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(platform.finished).toMatchObject([
      {
        status: { code: 7, message: "rpc error: code = PermissionDenied desc = ListUsers: not allowed" },
        finalState: { case: "error", value: { nonRetryable: false } },
      },
    ]);
    await close(daemon);
  });

  test("says nothing of a sync that may not begin (PLATFORM-3)", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    platform.heartbeats.push({ cancelled: true });
    const { daemon } = daemonOf(platform);
    await vi.advanceTimersByTimeAsync(0);
    expect(platform.calls.slice(2)).toEqual([`heartbeat ${A}`]);
    await close(daemon);
  });

  /** A sync that ends only when it is cut. */
  const endless: PlatformDaemonOptions["sync"] = (_request, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

  test("ends a sync that the platform cancels as canceled", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    platform.heartbeats.push({}, { cancelled: true });
    const { daemon } = daemonOf(platform, { sync: endless });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(platform.finished).toMatchObject([{ status: { code: 1 }, finalState: { case: "error" } }]);
    await close(daemon);
  });

  test("cuts a sync after the grace and says nothing of it, so that the platform gives it again", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    const { daemon, lines, ended } = daemonOf(platform, { sync: endless });
    await vi.advanceTimersByTimeAsync(0);
    await close(daemon);
    await ended;
    expect(lines.at(-1)).toBe("a unanswered 0");
    expect(platform.finished).toEqual([]);
    expect(platform.calls.at(-1)).toBe("close");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves a change that is cut after the grace to the next process: it is not reported as failed", async () => {
    const platform = fakePlatform();
    platform.tasks.push({ id: A, taskType: { case: "actionListSchemas", value: {} } });
    const untilCut = (_request: unknown, signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const handlers = {
      listActionSchemas: untilCut,
      getActionSchema: untilCut,
      getActionStatus: untilCut,
      invokeAction: untilCut,
    };
    const router = createRpcRouter([serviceRoutes(ActionService, handlers)]);
    const { daemon, lines } = daemonOf(platform, { router });
    await vi.advanceTimersByTimeAsync(0);
    await close(daemon);
    expect(lines.at(-1)).toBe("a unanswered 0");
    expect(platform.finished).toEqual([]);
  });

  test("ends at the end of the grace although the platform takes no result", async () => {
    const platform = fakePlatform();
    platform.tasks.push(feedTask(A));
    const client: TaskClient = {
      ...platform.client,
      finishTask: (_request, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    };
    const { daemon, lines } = daemonOf(platform, { client });
    await vi.advanceTimersByTimeAsync(0);
    const closed = daemon.close(25_000);
    await vi.advanceTimersByTimeAsync(24_999);
    expect(lines).not.toContain("a not reported");
    await vi.advanceTimersByTimeAsync(1);
    await closed;
    expect(lines.at(-1)).toBe("a not reported");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends although a task does not stop", async () => {
    const platform = fakePlatform();
    platform.tasks.push(syncFull(A));
    const { daemon, ended } = daemonOf(platform, { sync: () => new Promise(() => {}) });
    await vi.advanceTimersByTimeAsync(0);
    const closed = daemon.close(25_000);
    await vi.advanceTimersByTimeAsync(25_500);
    await closed;
    await ended;
    expect(platform.calls.at(-1)).toBe("close");
  });

  test.for([
    ["nothing to do", undefined],
    ["a task without work", { id: A, taskType: { case: "none" as const, value: {} } }],
    ["the same task, which is done", feedTask(A)],
    ["the same task, which fails", { id: A }],
    ["the same task, which runs", syncFull(A)],
  ] as const)(
    "asks ten times a second at most where every poll is wanted at once and brings %s",
    async ([, task]) => {
      const platform = fakePlatform();
      platform.nextPoll = durationFromMs(0);
      const { daemon } = daemonOf(platform, { sync: endless });
      if (task !== undefined) platform.tasks.push(...Array.from({ length: 100 }, () => task));
      await vi.advanceTimersByTimeAsync(1_000);
      const polls = platform.calls.filter((call) => call === "getTask").length;
      expect([11, 12]).toContain(polls);
      await close(daemon);
    },
  );

  test("asks again at once after a new task", async () => {
    const platform = fakePlatform();
    platform.nextPoll = durationFromMs(0);
    const { daemon } = daemonOf(platform);
    platform.tasks.push(...Array.from({ length: 100 }, (_, index) => feedTask(taskId(`t${index}x`))));
    await vi.advanceTimersByTimeAsync(110);
    expect(platform.finished).toHaveLength(100);
    await close(daemon);
  });

  test("remembers the last 1,000 tasks that are over (PLATFORM-1)", async () => {
    const platform = fakePlatform();
    platform.nextPoll = durationFromMs(0);
    const { daemon, lines } = daemonOf(platform);
    const ids = Array.from({ length: 1_001 }, (_, index) => taskId(`t${index}x`));
    const oldest = taskId("t0x");
    // The newest of 1,001 takes the place of the oldest.
    for (const id of [...ids.slice(0, 1_000), oldest, ...ids.slice(1_000), oldest])
      platform.tasks.push(feedTask(id));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(feeds).toBe(1_002);
    const done = ["t list_event_feeds", "t done 0"];
    expect(lines.slice(-5)).toEqual(["t repeated, finished", ...done, ...done]);
    expect(platform.finished).toHaveLength(1_003);
    await close(daemon);
  });

  test("remembers a task that failed at first from when it was done (PLATFORM-1)", async () => {
    const platform = fakePlatform();
    platform.nextPoll = durationFromMs(0);
    let calls = 0;
    const handlers = {
      listEvents: () => ({}),
      listEventFeeds() {
        calls += 1;
        if (calls === 1) throw DOWN;
        return {};
      },
    };
    const router = createRpcRouter([serviceRoutes(EventService, handlers)]);
    const { daemon, lines } = daemonOf(platform, { router });
    const others = Array.from({ length: 999 }, (_, index) => taskId(`t${index}x`));
    for (const id of [A, ...others, A, B, A]) platform.tasks.push(feedTask(id));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(lines.at(-1)).toBe("a repeated, finished");
    expect(calls).toBe(1_002);
    await close(daemon);
  });

  test("reads again what was too large to be remembered", async () => {
    const platform = fakePlatform();
    platform.tasks.push(feedTask(A), feedTask(A));
    const list = [{ id: "x".repeat(65 * 1024) }];
    const handlers = { listEvents: () => ({}), listEventFeeds: () => ({ list }) };
    const router = createRpcRouter([serviceRoutes(EventService, handlers)]);
    const { daemon, lines } = daemonOf(platform, { router });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lines).toEqual(["hello", "a list_event_feeds", "a done 0", "a list_event_feeds", "a done 0"]);
    expect(platform.finished).toHaveLength(2);
    await close(daemon);
  });
});
