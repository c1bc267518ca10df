import { describe, expect, it } from "vitest";
import { TurnOutcomes } from "./turn-outcomes.ts";

const immediates = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what became of the turns", () => {
  it("a call counts for when the work that sends it is done", async () => {
    let now = 100;
    const outcomes = new TurnOutcomes(() => now);
    outcomes.taken(1090, now);
    now = 140;
    await immediates();
    now = 500;
    expect(outcomes.toReport(1000).list).toEqual([{ givenForMs: 1090, sentMs: 1140 }]);
  });

  it("is reported until it is known, and once more where it was lost", () => {
    const outcomes = new TurnOutcomes(() => 0);
    outcomes.taken(undefined, 1);
    outcomes.dropped(7, 2);
    expect(outcomes.areKnown).toBe(false);
    const first = outcomes.toReport(0);
    expect(first).toEqual({
      after: 0,
      upTo: 2,
      list: [
        { givenForMs: undefined, sentMs: 1 },
        { givenForMs: 7, sentMs: undefined },
      ],
    });
    expect(outcomes.toReport(0)).toEqual(first);
    outcomes.setKnown(2);
    expect(outcomes.areKnown).toBe(true);
    outcomes.taken(9, 9);
    expect(outcomes.toReport(0)).toMatchObject({ after: 2, upTo: 3, list: [{ givenForMs: 9 }] });
    expect(outcomes.wereLost).toBe(false);
    outcomes.setKnown(0);
    expect(outcomes.wereLost).toBe(true);
    expect(outcomes.toReport(0).list).toHaveLength(3);
    expect(outcomes.wereLost).toBe(false);
  });

  it("waits for the shared clock", () => {
    const outcomes = new TurnOutcomes(() => 0);
    outcomes.taken(undefined, 1);
    expect(outcomes.toReport(undefined)).toEqual({ after: 0, upTo: 0, list: [] });
    expect(outcomes.toReport(5)).toMatchObject({ upTo: 1 });
  });

  it("is kept for ten seconds, and not without end", () => {
    const outcomes = new TurnOutcomes(() => 0);
    outcomes.taken(undefined, 0);
    outcomes.taken(undefined, 10_000);
    expect(outcomes.toReport(0).list).toEqual([{ givenForMs: undefined, sentMs: 10_000 }]);
    for (let at = 10_001; at < 12_000; at += 1) outcomes.taken(undefined, at);
    const { list, upTo } = outcomes.toReport(0);
    expect(upTo).toBe(2001);
    expect(list).toHaveLength(400);
    expect(list.at(-1)?.sentMs).toBe(11_999);
  });
});
