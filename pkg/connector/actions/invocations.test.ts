import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { createInvocations, type Finished } from "./invocations.ts";
import { createTurns } from "./turns.ts";

const never = new AbortController().signal;
const done: Finished = { response: { success: true }, annotations: [] };

function numbered() {
  let n = 0;
  const turns = createTurns({ running: 2, waiting: 2, waitingEach: 1 }, () => {});
  const invocations = createInvocations(() => {
    n += 1;
    return `run-${n}`;
  }, turns);
  return {
    ...invocations,
    start: (
      name: string,
      run: (signal: AbortSignal) => Promise<Finished>,
      waitMs: number,
      signal: AbortSignal,
      caller = "ada",
    ) => invocations.start({ name, caller, run, waitMs }, signal),
  };
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

describe("when as many run as may", () => {
  /** Two runs that hold all turns. */
  async function full() {
    const invocations = numbered();
    const [first, second] = [held(), held()];
    await Promise.all([
      invocations.start("a", first.run, 1, never),
      invocations.start("b", second.run, 1, never),
      vi.advanceTimersByTimeAsync(1),
    ]);
    return { invocations, first, second };
  }

  test("the next one waits: it is running with nothing said, and begins when one has ended", async () => {
    const { invocations, first, second } = await full();
    const third = held();
    const answer = invocations.start("c", third.run, 1, never);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toMatchObject({ id: "run-3", status: "running" });
    expect(third.signals).toHaveLength(0);
    first.finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(third.signals).toHaveLength(1);
    second.finish();
    third.finish();
    await invocations.idle();
    expect(invocations.get("run-3")?.status).toBe("complete");
  });

  test("one that waits is dropped when its caller leaves, and makes room", async () => {
    const { invocations, first, second } = await full();
    const third = held();
    const caller = new AbortController();
    const answer = invocations.start("c", third.run, 60_000, caller.signal);
    caller.abort(new GovernanceError("canceled", "gone"));
    await expect(answer).rejects.toMatchObject({ code: "canceled" });
    await vi.advanceTimersByTimeAsync(0);
    expect(invocations.get("run-3")).toBeUndefined();
    first.finish();
    second.finish();
    await invocations.idle();
    expect(third.signals).toHaveLength(0);
  });

  test("more than may wait are refused at once; of one caller, and of all", async () => {
    const { invocations, first, second } = await full();
    const waiting = ["ada", "grace"].map((caller) =>
      invocations.start("c", async () => done, 1, never, caller),
    );
    const refusal = {
      code: "throttled",
      message: "too many actions wait to run; try again when some have ended",
    };
    await expect(invocations.start("d", async () => done, 1, never, "ada")).rejects.toMatchObject(refusal);
    await expect(invocations.start("d", async () => done, 1, never, "edsger")).rejects.toMatchObject(refusal);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all(waiting);
    first.finish();
    second.finish();
    await invocations.idle();
    expect(invocations.get("run-4")?.status).toBe("complete");
    expect(invocations.get("run-5")).toBeUndefined();
  });

  test("turns go round between callers", async () => {
    const order: string[] = [];
    const turns = createTurns({ running: 2, waiting: 10, waitingEach: 10 }, () => {});
    const ends = [await turns.take("ada", never), await turns.take("ada", never)];
    const take = async (caller: string): Promise<void> => {
      ends.push(await turns.take(caller, never));
      order.push(caller);
    };
    const all = Promise.all(["ada", "ada", "grace"].map(take));
    for (let at = 0; at < 3; at += 1) {
      ends[at]?.();
      ends[at]?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    await all;
    expect(order).toEqual(["grace", "ada", "ada"]);
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
