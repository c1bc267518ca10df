import { describe, expect, test } from "vitest";
import { type ArrivingCall, BoundMet, createCallLimits } from "./call-limits.ts";
import { createCancellations } from "./cancellations.ts";
import { createShares } from "./shares.ts";

const boundOf = (attempt: () => unknown): string | undefined => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof BoundMet) return `${error.bound} ${error.code}`;
    throw error;
  }
};

describe("shares", () => {
  test("nobody takes more than a share, and not more than there is", () => {
    const shares = createShares({ each: 3, all: 8, little: 0 });
    expect(["a", "a", "a", "a"].map((key) => shares.take(key, 1))).toEqual([
      undefined,
      undefined,
      undefined,
      "each",
    ]);
    expect(shares.take("b", 3)).toBeUndefined();
    expect(shares.take("c", 3)).toBe("all");
    shares.give("a", 3);
    expect(shares.take("c", 3)).toBeUndefined();
  });

  test("those who take little find room when others have taken all", () => {
    const shares = createShares({ each: 4, all: 8, little: 1 });
    shares.take("a", 4);
    shares.take("b", 4);
    expect(["c", "c", "d", "e"].map((key) => shares.take(key, 1))).toEqual([
      undefined,
      "all",
      undefined,
      "all",
    ]);
  });
});

describe("calls", () => {
  const caller = {
    address: "10.0.0.1",
    connection: "1",
    open: undefined,
    owner: undefined,
    onDisplaced: () => {},
  };
  const health = { ...caller, open: "lasting" as const };
  const arrivals = (most: number) => {
    const limits = createCallLimits(most, () => 1_000_000);
    return (call: ArrivingCall) => limits.arrive(call);
  };

  test("LIMIT-1: of peers that have proved nothing are few on one connection and of one address", () => {
    const arrive = arrivals(4);
    const slots = Array.from({ length: 16 }, () => arrive(health));
    expect(boundOf(() => arrive(health))).toBe("peer-calls resource-exhausted");
    for (let at = 16; at < 64; at += 1) arrive({ ...health, connection: String(at) });
    expect(boundOf(() => arrive({ ...health, connection: "x" }))).toBe("peer-calls resource-exhausted");
    expect(boundOf(() => arrive({ ...health, address: "10.0.0.2", connection: "y" }))).toBeUndefined();
    slots[0]?.release();
    slots[0]?.release();
    expect(boundOf(() => arrive(health))).toBeUndefined();
    expect(boundOf(() => arrive(health))).toBe("peer-calls resource-exhausted");
  });

  test("LIMIT-1: that are answered at once have room beside watches, and beside those that never send a request", () => {
    const arrive = arrivals(4);
    for (let at = 0; at < 64; at += 1) arrive({ ...health, connection: String(at) });
    const displaced: number[] = [];
    const check = (at: number) => {
      const slot = arrive({
        ...caller,
        open: "brief",
        connection: String(100 + at),
        onDisplaced() {
          displaced.push(at);
          slot.release();
        },
      });
      return slot;
    };
    const slots = Array.from({ length: 512 }, (_, at) => check(at));
    slots[0]?.complete();
    check(512);
    check(513);
    expect(displaced).toEqual([1, 2]);
    for (const slot of slots) slot.complete();
    check(514);
    check(515);
    expect(displaced).toEqual([1, 2, 512, 513]);
    // Those that are left have sent their requests, but for the last two.
    slots[3]?.release();
    check(516).complete();
    expect(displaced).toHaveLength(4);
  });

  test("LIMIT-1: without authentication count for the caller of the connection once it is known", () => {
    const arrive = arrivals(4);
    const known = { ...health, owner: "ada" };
    arrive(known);
    arrive(known);
    expect(boundOf(() => arrive(known))).toBe("caller-calls throttled");
    expect(boundOf(() => arrive(health))).toBeUndefined();
  });

  test("whose credentials are checked are 500 of an address; those of a known caller do not wait for them", () => {
    const arrive = arrivals(4);
    const slots = Array.from({ length: 500 }, () => arrive(caller));
    expect(boundOf(() => arrive(caller))).toBe("peer-calls throttled");
    const known = { ...caller, owner: "ada" };
    for (let at = 0; at < 500; at += 1) arrive(known);
    expect(boundOf(() => arrive(known))).toBe("peer-calls throttled");
    slots[0]?.release();
    expect(boundOf(() => arrive(caller))).toBeUndefined();
  });

  test("LIMIT-2: of one caller are half of all", () => {
    const arrive = arrivals(4);
    const slots = [arrive(caller), arrive(caller), arrive(caller)];
    slots[0]?.admit("ada");
    slots[1]?.admit("ada");
    expect(boundOf(() => slots[2]?.admit("ada"))).toBe("caller-calls throttled");
    slots[2]?.release();
    slots[0]?.release();
    const later = arrive(caller);
    expect(boundOf(() => later.admit("ada"))).toBeUndefined();
  });

  test("LIMIT-3: of one caller carry 32 MiB together, and give it back", () => {
    const arrive = arrivals(100);
    const slots = Array.from({ length: 9 }, () => {
      const slot = arrive(caller);
      slot.admit("ada");
      return slot;
    });
    const receive = (slot = slots[8]) => slot?.receive(4 * 1024 * 1024);
    for (const slot of slots.slice(0, 8)) receive(slot);
    expect(boundOf(() => receive())).toBe("request-bytes throttled");
    const other = arrive(caller);
    other.admit("grace");
    expect(boundOf(() => receive(other))).toBeUndefined();
    slots[0]?.release();
    expect(boundOf(() => receive())).toBeUndefined();
  });
});

test("LIMIT-6: a caller or address may cancel 2,000 calls, and then 100 a second", () => {
  let time = 0;
  const cancellations = createCancellations(() => time);
  const count = (address: string, calls: number): number =>
    Array.from({ length: calls }, () => cancellations.within(address)).filter(Boolean).length;
  expect(count("10.0.0.1", 3000)).toBe(2000);
  expect(count("10.0.0.2", 10)).toBe(10);
  time += 1000;
  expect(count("10.0.0.1", 3000)).toBe(100);
  // More peers than are counted share one count.
  for (let peer = 0; peer < 1000; peer += 1) count(`10.1.0.${peer}`, 1900);
  expect(count("10.9.9.9", 3000)).toBeLessThan(2000);
});
