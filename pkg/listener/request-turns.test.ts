import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRequestTurns, type TakeTurn } from "./request-turns.ts";

let takeTurn: TakeTurn;
let begun: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setImmediate", "clearImmediate"] });
  takeTurn = createRequestTurns();
  begun = [];
});
afterEach(() => void vi.useRealTimers());

/** So many requests of a connection arrive. */
function arrive(connection: { readonly name: string }, requests: number): void {
  for (let at = 0; at < requests; at += 1) {
    takeTurn(connection, () => void begun.push(`${connection.name}${at}`));
  }
}

/** What begins in the next turn of the event loop. */
function nextTurn(): readonly string[] {
  begun = [];
  vi.runOnlyPendingTimers();
  return begun;
}

test("requests begin at once while they are few", () => {
  arrive({ name: "a" }, 8);
  expect(begun).toHaveLength(8);
  expect(nextTurn()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("of many that arrive in one turn, 32 begin in each", () => {
  for (let at = 0; at < 13; at += 1) arrive({ name: "a" }, 8);
  expect(begun).toHaveLength(32);
  expect([nextTurn().length, nextTurn().length, nextTurn().length]).toEqual([32, 32, 8]);
  nextTurn();
  expect(vi.getTimerCount()).toBe(0);
});

test("a connection with one request waits for one of each other connection, and keeps the order of its own", () => {
  for (let at = 0; at < 4; at += 1) arrive({ name: "a" }, 8);
  for (const name of ["b", "c"]) arrive({ name }, 40);
  arrive({ name: "d" }, 1);
  expect(nextTurn().slice(0, 5)).toEqual(["b0", "c0", "d0", "b1", "c1"]);
});

test("what arrives while others wait does not come before them", () => {
  arrive({ name: "a" }, 32);
  arrive({ name: "b" }, 1);
  const late = { name: "c" };
  takeTurn({}, () => arrive(late, 1));
  expect(nextTurn()).toEqual(["b0", "c0"]);
});
