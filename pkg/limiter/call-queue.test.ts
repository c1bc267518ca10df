import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Priority } from "../core/throttle.ts";
import { CallQueue, createQueuedCall, goesBefore, type QueuedCall } from "./call-queue.ts";

const PRIORITIES: readonly Priority[] = ["background", "sync", "write", "read"];

function queued(
  priority: Priority,
  ticket: number,
  caller?: string,
  { refusable = true, callsAfter = 0 } = {},
): QueuedCall {
  return createQueuedCall({
    priority,
    callsAfter,
    ticket,
    origin: caller === undefined ? undefined : { caller, mustFinish: false },
    refusable,
    grant: () => undefined,
    reject: () => undefined,
  });
}

test("LIMITER-3, LIMITER-4: is a queue sorted by priority and arrival, wherever a call leaves it", () => {
  const steps = fc.array(
    fc.record({ priority: fc.constantFrom(...PRIORITIES), leave: fc.option(fc.nat(20)) }),
  );
  fc.assert(
    fc.property(steps, (plan) => {
      const queue = new CallQueue({ current: 0 });
      const model: QueuedCall[] = [];
      plan.forEach(({ priority, leave }, ticket) => {
        const call = queued(priority, ticket);
        queue.push(call);
        model.push(call);
        model.sort((a, b) => (goesBefore({ call: a, round: 1 }, { call: b, round: 1 }) ? -1 : 1));
        const leaver = leave === null ? undefined : model[leave];
        if (leaver !== undefined) {
          queue.remove(leaver);
          model.splice(model.indexOf(leaver), 1);
        }
        expect(queue.length).toBe(model.length);
      });
      for (const call of model) {
        expect(queue.first()?.call).toBe(call);
        queue.remove(call);
      }
      expect(queue.first()).toBeUndefined();
    }),
  );
});

/** Takes every call; the tickets in the order in which they got their turn. */
function drained(queue: CallQueue): readonly number[] {
  const tickets: number[] = [];
  for (let first = queue.first(); first !== undefined; first = queue.first()) {
    tickets.push(first.call.ticket);
    queue.take(first);
  }
  return tickets;
}

/** Puts sync calls with so many calls after each into a queue of one caller. */
function chains(...callsAfter: readonly number[]): CallQueue {
  const queue = new CallQueue({ current: 0 });
  callsAfter.forEach((after, ticket) => {
    queue.push(queued("sync", ticket, undefined, { callsAfter: after }));
  });
  return queue;
}

describe("LIMITER-11: the longest chain of a caller's sync", () => {
  test("goes first, and of equal ones the first to come", () => {
    expect(drained(chains(0, 3, 9, 3, 0, 9))).toEqual([2, 5, 1, 3, 0, 4]);
  });

  test("waits for every write and every read, and goes before what is read in the background", () => {
    const queue = new CallQueue({ current: 0 });
    const calls: readonly (readonly [Priority, number])[] = [
      ["background", 99],
      ["sync", 50],
      ["read", 0],
      ["read", 7],
      ["write", 0],
      ["write", 7],
    ];
    calls.forEach(([priority, callsAfter], ticket) => {
      queue.push(queued(priority, ticket, undefined, { callsAfter }));
    });
    expect(drained(queue)).toEqual([4, 5, 2, 3, 1, 0]);
  });

  test("does not go before the calls of another caller", () => {
    const queue = new CallQueue({ current: 0 });
    queue.push(queued("sync", 0, "a"));
    queue.push(queued("sync", 1, "b", { callsAfter: 9 }));
    queue.push(queued("sync", 2, "b", { callsAfter: 99 }));
    expect(drained(queue)).toEqual([0, 2, 1]);
  });

  test("leaves one turn in sixteen to the call that waits longest", () => {
    const queue = chains(0, 0, 0);
    const served: number[] = [];
    for (let ticket = 3; served.length < 48; ticket += 1) {
      queue.push(queued("sync", ticket, undefined, { callsAfter: 1000 }));
      const first = queue.first();
      if (first === undefined) throw new Error("the queue is empty");
      served.push(first.call.ticket);
      queue.take(first);
    }
    expect([0, 1, 2].map((ticket) => served.indexOf(ticket))).toEqual([15, 31, 47]);
  });

  test("is found wherever a call leaves the queue", () => {
    const steps = fc.array(fc.record({ callsAfter: fc.nat(4), leave: fc.option(fc.nat(20)) }));
    fc.assert(
      fc.property(steps, (plan) => {
        const queue = new CallQueue({ current: 0 });
        let model: QueuedCall[] = [];
        plan.forEach(({ callsAfter, leave }, ticket) => {
          const call = queued("sync", ticket, undefined, { callsAfter });
          queue.push(call);
          model = [...model, call].toSorted((a, b) => b.callsAfter - a.callsAfter || a.ticket - b.ticket);
          const leaver = leave === null ? undefined : model[leave];
          if (leaver !== undefined) queue.remove(leaver);
          model = model.filter((one) => one !== leaver);
          expect(queue.first()?.call).toBe(model[0]);
        });
        for (const call of model) {
          expect(queue.first()?.call).toBe(call);
          queue.remove(call);
        }
        expect(queue.first()).toBeUndefined();
      }),
    );
  });
});

test("LIMITER-4: what is read in the background waits for the reads of every caller", () => {
  const queue = new CallQueue({ current: 0 });
  const calls: readonly (readonly [Priority, string?])[] = [
    ["background"],
    ["read", "a"],
    ["read", "a"],
    ["sync"],
    ["read", "b"],
    ["read", "a"],
  ];
  for (const [ticket, [priority, caller]] of calls.entries()) queue.push(queued(priority, ticket, caller));
  expect(drained(queue)).toEqual([1, 4, 3, 2, 5, 0]);
});

describe("LIMITER-9: callers", () => {
  it("take turns, each with its most urgent call first", () => {
    const queue = new CallQueue({ current: 0 });
    for (let ticket = 0; ticket < 4; ticket += 1) queue.push(queued("sync", ticket, "many"));
    queue.push(queued("read", 10, "many"));
    queue.push(queued("sync", 20, "few"));
    queue.push(queued("read", 21, "few"));
    queue.push(queued("read", 30));
    expect(drained(queue)).toEqual([10, 21, 30, 0, 20, 1, 2, 3]);
  });

  it("wait for no more than two turns of each other caller, however many calls those have", () => {
    const queue = new CallQueue({ current: 0 });
    for (let ticket = 0; ticket < 1000; ticket += 1)
      queue.push(queued("read", ticket, `caller ${ticket % 5}`));
    for (let turn = 0; turn < 103; turn += 1) {
      const first = queue.first();
      if (first !== undefined) queue.take(first);
    }
    queue.push(queued("sync", 5000, "late"));
    expect(drained(queue).indexOf(5000)).toBeLessThanOrEqual(10);
  });

  it("that come again at once do not pass one that waits", () => {
    const queue = new CallQueue({ current: 0 });
    for (let ticket = 0; ticket < 100; ticket += 1) queue.push(queued("sync", ticket, "patient"));
    const served: (string | undefined)[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      queue.push(queued("read", 1000 + turn, "eager"));
      const first = queue.first();
      if (first === undefined) break;
      queue.take(first);
      served.push(first.call.origin?.caller);
    }
    expect(served.filter((caller) => caller === "patient").length).toBeGreaterThanOrEqual(19);
  });

  it("send writes before all reads", () => {
    const queue = new CallQueue({ current: 0 });
    queue.push(queued("read", 0, "reader"));
    for (let ticket = 1; ticket < 4; ticket += 1) queue.push(queued("write", ticket, "writer"));
    expect(drained(queue)).toEqual([1, 2, 3, 0]);
  });

  it("are forgotten with their last call", () => {
    const queue = new CallQueue({ current: 0 });
    for (let ticket = 0; ticket < 10_000; ticket += 1) {
      const call = queued("read", ticket, `caller ${ticket}`);
      queue.push(call);
      queue.remove(call);
    }
    expect(queue.length).toBe(0);
    expect(queue.refusable).toBe(0);
    expect(queue.crowdedOut("another")).toBeUndefined();
  });
});

describe("LIMITER-8: a place for one more call", () => {
  it("is that of the newest and least urgent call of the caller that has the most", () => {
    const queue = new CallQueue({ current: 0 });
    queue.push(queued("sync", 0, "many"));
    queue.push(queued("sync", 1, "many"));
    queue.push(queued("sync", 2, "many", { refusable: false }));
    queue.push(queued("write", 3, "many"));
    queue.push(queued("sync", 4, "few"));
    expect(queue.crowdedOut("new")?.ticket).toBe(1);
  });

  it("is that of the caller that has the most, in whatever order they came", () => {
    const queue = new CallQueue({ current: 0 });
    for (const [ticket, caller] of ["some", "some", "many", "many", "many", "few"].entries())
      queue.push(queued("read", ticket, caller));
    expect(queue.crowdedOut("new")?.ticket).toBe(4);
  });

  it("does not exist where the caller would then have the most itself", () => {
    const queue = new CallQueue({ current: 0 });
    for (const ticket of [0, 1, 2]) queue.push(queued("sync", ticket, "many"));
    queue.push(queued("sync", 3, "few"));
    expect(queue.crowdedOut("many")).toBeUndefined();
    expect(queue.crowdedOut("few")?.ticket).toBe(2);
    queue.push(queued("sync", 4, "few"));
    expect(queue.crowdedOut("few")).toBeUndefined();
  });
});
