import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { createInvocations, type Finished } from "./invocations.ts";

const never = new AbortController().signal;
const done: Finished = { response: { success: true }, annotations: [] };

function numbered() {
  let n = 0;
  return createInvocations(() => {
    n += 1;
    return `run-${n}`;
  });
}

/** A run that the test ends, and that notes what its signal said. */
function held() {
  const { promise, resolve } = Promise.withResolvers<Finished>();
  const signals: AbortSignal[] = [];
  return {
    run: (signal: AbortSignal) => {
      signals.push(signal);
      return promise;
    },
    finish: () => resolve(done),
    signals,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a run", () => {
  test("that ends in time is answered with its end", async () => {
    const invocations = numbered();
    const answer = await invocations.start("a", async () => done, 1000, never);
    expect(answer).toEqual({ id: "run-1", name: "a", status: "complete", ...done });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that takes longer is running with nothing said, and its end is found later", async () => {
    const invocations = numbered();
    const { run, finish } = held();
    const answer = invocations.start("a", run, 1000, never);
    await vi.advanceTimersByTimeAsync(999);
    expect(invocations.get("run-1")?.status).toBe("running");
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toEqual({
      id: "run-1",
      name: "a",
      status: "running",
      response: {},
      annotations: [],
    });
    finish();
    await invocations.idle();
    expect(invocations.get("run-1")).toMatchObject({ status: "complete", response: { success: true } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("goes on when its caller has gone", async () => {
    const invocations = numbered();
    const { run, finish, signals } = held();
    const caller = new AbortController();
    const answer = invocations.start("a", run, 60_000, caller.signal);
    caller.abort(new GovernanceError("canceled", "gone"));
    await expect(answer).rejects.toMatchObject({ code: "canceled" });
    expect(signals[0]?.aborted).toBe(false);
    finish();
    await invocations.idle();
    expect(invocations.get("run-1")?.status).toBe("complete");
  });

  test("is stopped after an hour", async () => {
    const invocations = numbered();
    const answer = invocations.start(
      "a",
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(GovernanceError.from(signal.reason)));
        }),
      60 * 60_000 + 1,
      never,
    );
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(await answer).toMatchObject({
      status: "failed",
      response: { success: false, error: "action a took longer than an hour" },
    });
  });

  test("is waited for by idle, and so is one that another began meanwhile", async () => {
    const invocations = numbered();
    const first = held();
    const second = held();
    await Promise.all([
      invocations.start("a", first.run, 1, never),
      invocations.start("b", second.run, 1, never),
      vi.advanceTimersByTimeAsync(1),
    ]);
    let idle = false;
    const waiting = invocations.idle().then(() => {
      idle = true;
      return idle;
    });
    first.finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(idle).toBe(false);
    second.finish();
    await waiting;
    expect(idle).toBe(true);
  });
});

describe("what is kept", () => {
  test("is the last 1000 that ended, and all that run", async () => {
    const invocations = numbered();
    const { run, finish } = held();
    await Promise.all([invocations.start("slow", run, 1, never), vi.advanceTimersByTimeAsync(1)]);
    for (let n = 2; n <= 1002; n += 1) await invocations.start("quick", async () => done, 1000, never);
    expect(invocations.get("run-1")?.status).toBe("running");
    expect(invocations.get("run-2")).toBeUndefined();
    expect(invocations.get("run-3")?.status).toBe("complete");
    finish();
    await invocations.idle();
    expect(invocations.get("run-1")?.status).toBe("complete");
    expect(invocations.get("run-3")).toBeUndefined();
    expect(invocations.get("run-1002")?.status).toBe("complete");
  });
});
