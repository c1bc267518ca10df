import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { createLogger, type Logger, type LoggerOptions } from "./logger.ts";

function logger(options: Partial<LoggerOptions> = {}): { readonly log: Logger; readonly lines: string[] } {
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
