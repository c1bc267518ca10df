import { afterEach, describe, expect, test } from "vitest";
import { people, person } from "../../../test/cognito/definitions.ts";
import { createPool } from "../../../test/cognito/pool.ts";
import { type EnrichStage, openEnrichStage } from "../../../test/support/enrich-stage.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const open: EnrichStage[] = [];

afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close();
});

async function stageOf({ users }: { readonly users: Parameters<typeof createPool>[0]["users"] & object }) {
  const stage = await openEnrichStage(createPool({ id: "us-east-1_Ab129faBb", users }), ["mfa"]);
  open.push(stage);
  await stage.publish();
  return stage;
}

const named = (...names: readonly string[]) =>
  names.map((username, index) =>
    person(index, { username, sub: `0000000${index}-0000-4000-8000-000000000000` }),
  );

describe("the budget", () => {
  const used = "SELECT sum(calls) FROM enrichment_calls";

  test("is never passed in any hour, whatever processes there are", async () => {
    const stage = await stageOf({ users: people(60) });
    const times: number[] = [];
    stage.cognito.script({ operation: "AdminGetUser", times: 1000, run: () => void times.push(stage.nowMs) });
    for (let minute = 0; minute < 5 * 60; minute += 7) {
      stage.nowMs += 7 * 60_000;
      await stage.run({ perHour: 25 });
    }
    expect(times).toHaveLength(60);
    for (const from of times) {
      const inHour = times.filter((at) => at >= from && at < from + HOUR);
      expect(inHour.length).toBeLessThanOrEqual(25);
    }
    expect(times[24]).toBe(times[0]);
    expect((times[25] ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(HOUR + 7 * 60_000);
  });

  test("that is used up ends a round, and says what was read", async () => {
    const stage = await stageOf({ users: people(30) });
    expect(await stage.run({ perHour: 7 })).toMatchObject({ read: { mfa: 7 }, calls: 7, ended: "budget" });
    expect(await stage.run({ perHour: 7 })).toMatchObject({ calls: 0, ended: "budget" });
  });

  test("gives back what was not called", async () => {
    const stage = await stageOf({ users: people(3) });
    await stage.run();
    expect(await stage.rows(used)).toEqual([[3]]);
  });

  test("a killed process uses no more than it had counted, and the next one goes on behind it", async () => {
    const stage = await stageOf({ users: named("a", "b", "c", "d") });
    const hold = stage.cognito.hold({ operation: "AdminGetUser", nth: 3 });
    const stop = new AbortController();
    // Nothing is given back: the transaction that would do it never runs.
    const killed = stage.run(
      { writer: { ...stage.writer, transaction: unlessStopped(stage, stop.signal) } },
      stop.signal,
    );
    await hold.arrived();
    stop.abort(new Error("killed"));
    hold.release();
    expect(await killed).toMatchObject({ read: { mfa: 2 }, ended: "stopped" });
    expect(await stage.rows(used)).toEqual([[20]]);
    expect(await stage.rows("SELECT count(*) FROM second_factors")).toEqual([[2]]);
    expect((await stage.run({ perHour: 21 })).calls).toBe(1);
    expect(stage.calls()).toEqual(["a", "b", "c", "c"].map((username) => `AdminGetUser ${username}`));
  });

  test("waits for its next calls where there is somebody to wait", async () => {
    const stage = await stageOf({ users: people(12) });
    const slept: number[] = [];
    const report = await stage.run({
      perHour: 5,
      async sleep(ms) {
        slept.push(ms);
        stage.nowMs += ms;
      },
    });
    expect(report).toMatchObject({ calls: 12, ended: "complete" });
    expect(slept).toEqual([61 * 60_000, 61 * 60_000]);
  });

  test("a clock that was set back by a day does not stop it for a day", async () => {
    const stage = await stageOf({ users: people(12) });
    await stage.run({ perHour: 5 });
    stage.nowMs -= DAY;
    expect(await stage.run({ perHour: 5 })).toMatchObject({ calls: 5 });
  });
});

function unlessStopped({ writer }: EnrichStage, stopped: AbortSignal): EnrichStage["writer"]["transaction"] {
  return (work, signal) => {
    stopped.throwIfAborted();
    return writer.transaction(work, signal);
  };
}
