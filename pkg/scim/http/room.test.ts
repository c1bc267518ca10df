import { describe, expect, test } from "vitest";
import { createRoom } from "./room.ts";

describe("the room for requests", () => {
  test("has half of its places for one caller, and the rest for others", () => {
    const room = createRoom({ requests: 4, allBodyBytes: 100, connections: 1000 });
    const [first, second] = [room.enter("a"), room.enter("a")];
    expect([first, second]).not.toContain(undefined);
    expect(room.enter("a")).toBeUndefined();
    expect(room.enter("b")).toBeDefined();
    first?.leave();
    expect(room.enter("a")).toBeDefined();
    expect(room.enter("c")).toBeDefined();
    expect(room.enter("d")).toBeUndefined();
  });

  test("has three quarters of the connections for one caller", () => {
    const room = createRoom({ requests: 100, allBodyBytes: 100, connections: 8 });
    const guests = Array.from({ length: 8 }, () => room.enter("a"));
    expect(guests.filter((guest) => guest !== undefined)).toHaveLength(6);
    expect(room.enter("b")).toBeDefined();
  });

  test("has half of its bytes for one caller, until the request ends", () => {
    const room = createRoom({ requests: 100, allBodyBytes: 100, connections: 1000 });
    const [one, other, third] = [room.enter("a"), room.enter("a"), room.enter("b")];
    expect(one?.grow(40)).toBe(true);
    expect(other?.grow(20)).toBe(false);
    expect(other?.grow(10)).toBe(true);
    expect(third?.grow(51)).toBe(false);
    expect(third?.grow(50)).toBe(true);
    expect(room.enter("c")?.grow(1)).toBe(false);
    one?.leave();
    expect(room.enter("c")?.grow(40)).toBe(true);
  });

  test("counts a request that leaves twice once, and gives a request that has left nothing", () => {
    const room = createRoom({ requests: 2, allBodyBytes: 100, connections: 1000 });
    const guest = room.enter("a");
    guest?.leave();
    guest?.leave();
    expect(guest?.grow(1)).toBe(false);
    expect(room.enter("a")).toBeDefined();
    expect(room.enter("a")).toBeUndefined();
    expect(room.enter("b")).toBeDefined();
    expect(room.enter("c")).toBeUndefined();
  });
});
