import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { type AdjustableLogger, createLogger, type LoggerOptions } from "./logger.ts";
import { currentLogScope, withLogScope } from "./logger-scope.ts";

interface Rig {
  readonly log: AdjustableLogger;
  readonly lines: string[];
}

function logger(options: Partial<LoggerOptions> = {}): Rig {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    format: "json",
    write: (line) => lines.push(line),
    now: () => Date.UTC(2026, 10, 21, 12, 30, 5, 7),
    ...options,
  });
  return { log, lines };
}

function all(lines: readonly string[]): readonly Record<string, unknown>[] {
  return lines.map((line) => {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null) throw new TypeError(`no log line: ${line}`);
    return { ...entry };
  });
}

function only(lines: readonly string[]): unknown {
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "");
}

describe("JSON lines", () => {
  test("carry level, time, message and fields", () => {
    const { log, lines } = logger();
    log.info("reading", { users: 120, operation: "ListUsers" });
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(only(lines)).toEqual({
      level: "info",
      time: "2026-11-21T12:30:05.007Z",
      users: 120,
      operation: "ListUsers",
      msg: "reading",
    });
  });

  test.for([
    ["debug", 4],
    ["info", 3],
    ["warn", 2],
    ["error", 1],
  ] as const)("at level %s write %i of four", ([level, count]) => {
    const { log, lines } = logger({ level });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines).toHaveLength(count);
  });
});

describe("names of people and groups", () => {
  test("are written at level debug", () => {
    const { log, lines } = logger({ level: "debug" });
    log.info("dropped", { names: { group: "admins" } });
    expect(only(lines)).toMatchObject({ group: "admins" });
  });

  test("are not written at any other", () => {
    const { log, lines } = logger({ level: "info" });
    log.warn("dropped", { names: { group: "admins", user: "ann" } });
    expect(lines[0]).not.toMatch(/admins|ann|names/);
  });
});

describe("failures, mark 54", () => {
  test("of ours are written with code, reason and request id", () => {
    const { log, lines } = logger();
    const error = new GovernanceError("not-found", "no such pool", {
      reason: "pool-missing",
      requestId: "r-1",
    });
    log.failure("the sync failed", error);
    expect(only(lines)).toMatchObject({
      level: "error",
      msg: "the sync failed",
      error: "no such pool",
      code: "not-found",
      reason: "pool-missing",
      requestId: "r-1",
    });
  });

  test("of others are written without their messages, which may quote anything", () => {
    const { log, lines } = logger({ level: "debug" });
    const cause = new TypeError("bad value ann@example.com\n    at ann@example.com");
    const error = GovernanceError.from(new Error("phone +15550100", { cause }));
    log.failure("the call failed", error);
    expect(lines[0]).not.toMatch(/example\.com|5550100/);
    expect(only(lines)).toMatchObject({
      code: "internal",
      causes: ["Error", "TypeError"],
      at: expect.arrayContaining([expect.stringContaining("logger.test.ts")]),
    });
  });

  test.for([["a string"], [undefined], [null], [{ password: "hunter2" }]])(
    "survive a thrown %o",
    ([thrown]) => {
      const { log, lines } = logger();
      log.failure("failed", thrown);
      expect(only(lines)).toMatchObject({ error: "unexpected failure", causes: [typeof thrown] });
      expect(lines[0]).not.toContain("hunter2");
    },
  );
});

describe("console lines", () => {
  test("are one plain line for people", () => {
    const { log, lines } = logger({ format: "console" });
    log.warn("slowing down", { category: "UserList", usedPerSecond: 2.5, file: "my sync.c1z" });
    expect(lines).toEqual([
      '12:30:05 WARN  slowing down category=UserList usedPerSecond=2.5 file="my sync.c1z"\n',
    ]);
  });

  test("never let a name steer the terminal", () => {
    const { log, lines } = logger({ format: "console", level: "debug" });
    log.info("dropped \u001b[2J", { names: { group: "x\u001b[31m\u202Ey\u009b1m" } });
    const control = /[\p{Cc}\u202e]/u;
    expect(control.test((lines[0] ?? "").slice(0, -1))).toBe(false);
    expect(lines[0]).toContain("dropped \\u{1b}[2J");
  });
});

describe("the level at run time", () => {
  test("is another from the next line on, names included", () => {
    const { log, lines } = logger({ level: "warn" });
    log.info("unlogged");
    log.setLevel("debug");
    expect(log.level()).toBe("debug");
    log.debug("logged", { names: { user: "ann" } });
    log.setLevel("error");
    log.warn("unlogged again", { names: { user: "ann" } });
    expect(only(lines)).toMatchObject({ level: "debug", msg: "logged", user: "ann" });
  });

  test("is info from the moment that debug expires, and the log says so once", () => {
    let nowMs = 1_000;
    const { log, lines } = logger({ level: "debug", debugExpiresAt: 2_000, now: () => nowMs });
    nowMs = 1_999;
    log.debug("still logged");
    nowMs = 2_000;
    log.debug("not logged any more", { names: { user: "ann" } });
    log.info("logged", { names: { user: "ann" } });
    expect(log.level()).toBe("info");
    expect(all(lines)).toEqual([
      expect.objectContaining({ msg: "still logged", level: "debug" }),
      expect.objectContaining({
        level: "warn",
        msg: "the log level debug has expired: the level is info from now on",
        setting: "log-level-debug-expires-at",
      }),
      { level: "info", time: "1970-01-01T00:00:02.000Z", msg: "logged" },
    ]);
  });

  test("debug that was to end in the past is info at once", () => {
    const { log, lines } = logger({ level: "info", now: () => 5_000 });
    log.setLevel("debug", 4_999);
    expect(log.level()).toBe("info");
    expect(only(lines)).toMatchObject({ level: "warn", msg: expect.stringContaining("expired") });
    log.setLevel("debug");
    expect(log.level()).toBe("debug");
  });

  test("other levels do not expire", () => {
    const { log, lines } = logger({ level: "warn", debugExpiresAt: 1 });
    log.warn("logged");
    expect(log.level()).toBe("warn");
    expect(only(lines)).toMatchObject({ msg: "logged" });
  });
});

describe("the call that a line is about", () => {
  test("is named on every line of what it set off, and on no other", async () => {
    const { log, lines } = logger();
    const gate = Promise.withResolvers<void>();
    const handle = async (callId: string): Promise<void> => {
      log.info("begins");
      await gate.promise;
      log.failure("fails", new GovernanceError("unavailable", "AWS is away", { requestId: `aws-${callId}` }));
    };
    const calls = ["c-1", "c-2"].map((callId) => withLogScope({ callId }, () => handle(callId)));
    log.info("outside");
    gate.resolve();
    await Promise.all(calls);
    expect(all(lines).map(({ callId, requestId }) => ({ callId, requestId }))).toEqual([
      { callId: "c-1" },
      { callId: "c-2" },
      {},
      { callId: "c-1", requestId: "aws-c-1" },
      { callId: "c-2", requestId: "aws-c-2" },
    ]);
    expect(currentLogScope()).toBeUndefined();
  });

  test("comes with its trace where there is one", () => {
    const { log, lines } = logger();
    withLogScope({ callId: "c-1", traceId: "4bf92f3577b34da6a3ce929d0e0e4736" }, () => log.info("reading"));
    expect(only(lines)).toMatchObject({ callId: "c-1", traceId: "4bf92f3577b34da6a3ce929d0e0e4736" });
  });
});
