import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { type CallSurface, createRunningCalls } from "./call-signal.ts";

class FakeCall extends EventEmitter implements CallSurface {
  cancelled = false;
  readonly deadline: Date | number;

  constructor(deadline: Date | number = Number.POSITIVE_INFINITY) {
    super();
    this.deadline = deadline;
  }

  getDeadline(): Date | number {
    return this.deadline;
  }
}

const NOON = Date.parse("2026-11-21T12:00:00Z");

describe("the signal of a call", () => {
  test.for([
    ["without a deadline", Number.POSITIVE_INFINITY, "canceled"],
    ["before its deadline", NOON + 1000, "canceled"],
    ["at its deadline", NOON, "deadline-exceeded"],
    ["a timer's breadth early", new Date(NOON + 3), "deadline-exceeded"],
  ] as const)("is aborted when the caller goes %s: %s %s", ([, deadline, code]) => {
    const call = new FakeCall(deadline);
    const { signal } = createRunningCalls(() => NOON).begin(call);
    expect(signal.aborted).toBe(false);
    call.emit("cancelled");
    expect(signal.reason).toBeInstanceOf(GovernanceError);
    expect(signal.reason).toMatchObject({ code });
  });

  test("is aborted from the start when the caller is already gone", () => {
    const call = new FakeCall();
    call.cancelled = true;
    expect(createRunningCalls(() => NOON).begin(call).signal.aborted).toBe(true);
  });

  test("is not aborted after the end, when the library emits cancelled for every call", () => {
    const call = new FakeCall();
    const running = createRunningCalls(() => NOON);
    const { signal, end } = running.begin(call);
    end();
    call.emit("cancelled");
    running.abortAll(new GovernanceError("unavailable", "bye"));
    expect(signal.aborted).toBe(false);
    expect(call.listenerCount("cancelled")).toBe(0);
  });

  test("is aborted by abortAll, and so is the signal of a later call", () => {
    const running = createRunningCalls(() => NOON);
    const before = running.begin(new FakeCall());
    const reason = new GovernanceError("unavailable", "bye");
    running.abortAll(reason);
    const after = running.begin(new FakeCall());
    expect([before.signal.reason, after.signal.reason]).toEqual([reason, reason]);
  });

  test("is aborted by abortReading for the calls of that caller that change nothing", () => {
    const running = createRunningCalls(() => NOON);
    const calls = [undefined, "ada", "grace"].map((reader) => running.begin(new FakeCall(), reader));
    const ended = running.begin(new FakeCall(), "ada");
    ended.end();
    const reason = new GovernanceError("throttled", "read your answers");
    running.abortReading("ada", reason);
    const later = running.begin(new FakeCall(), "ada");
    expect([...calls, ended, later].map(({ signal }) => signal.aborted)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(calls[1]?.signal.reason).toBe(reason);
  });
});
