import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createAnswerTurns } from "./answer-turns.ts";

it("begins the work of one answer in each turn of the event loop, in their order", async () => {
  const turns = createAnswerTurns();
  const begun: number[] = [];
  const all = Promise.all([1, 2, 3].map(async (answer) => void (await turns.next(), begun.push(answer))));
  await Promise.resolve();
  expect(begun).toEqual([1]);
  await nextTurn();
  expect(begun).toEqual([1, 2]);
  await nextTurn();
  expect(begun).toEqual([1, 2, 3]);
  await all;
});

it("does not let an answer wait where none came before it in this turn", async () => {
  const turns = createAnswerTurns();
  let begun = 0;
  for (let time = 1; time <= 3; time += 1) {
    void turns.next().then(() => void (begun += 1));
    await Promise.resolve();
    expect(begun).toBe(time);
    await nextTurn();
  }
});

it("lets an eighth of many begin in one turn, so that the last one does not wait as many turns as there are answers", async () => {
  const turns = createAnswerTurns();
  let begun = 0;
  const all = Promise.all(Array.from({ length: 65 }, () => turns.next().then(() => void (begun += 1))));
  await Promise.resolve();
  expect(begun).toBe(1);
  await nextTurn();
  expect(begun).toBe(9);
  await nextTurn();
  expect(begun).toBe(16);
  await all;
});

it("lets no more than eight begin in one turn", async () => {
  const turns = createAnswerTurns();
  let begun = 0;
  const all = Promise.all(Array.from({ length: 1001 }, () => turns.next().then(() => void (begun += 1))));
  await Promise.resolve();
  for (const expected of [9, 17, 25]) {
    await nextTurn();
    expect(begun).toBe(expected);
  }
  await all;
});
