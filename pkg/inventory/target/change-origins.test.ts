import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCEPT,
  BEGINNING,
  everybodyIn,
  type InventoryStage,
  inventoryStage,
  PEOPLE,
  readInto,
} from "../../../test/support/sqlite-inventory.ts";
import type { ChangeOrigin } from "./change-origins.ts";

const never = new AbortController().signal;

let stage: InventoryStage;
beforeEach(() => {
  stage = inventoryStage();
});
afterEach(() => stage.remove());

describe("who asked for a change (INVENTORY-13)", () => {
  const [ada, bob, cyd, ...others] = PEOPLE;
  if (ada === undefined || bob === undefined || cyd === undefined) throw new Error("nobody");
  const later = everybodyIn([
    { ...ada, enabled: false, attributes: new Map([...ada.attributes, ["email", "new@example.com"]]) },
    { ...bob, enabled: false },
    ...others,
  ]);
  const made = { at: BEGINNING, requestedBy: "cli:root", change: "chg_1" };
  const origins: readonly ChangeOrigin[] = [
    { ...made, kind: "user_disabled", sub: ada.sub, change: "chg_0", requestedBy: "cli:earlier" },
    { ...made, kind: "user_disabled", sub: ada.sub },
    { ...made, kind: "user_changed", sub: ada.sub, fields: ["phone_number"], change: "chg_2" },
    { ...made, kind: "membership_removed", sub: cyd.sub, groupName: "all", change: "chg_3" },
    { ...made, kind: "membership_removed", sub: cyd.sub, groupName: "other", change: "chg_4" },
  ];
  const recorded = () =>
    stage.ask("SELECT kind, sub, field, requested_by, change, origin FROM changes ORDER BY change_number");

  test("is the last one that fits by kind, subject and field; the rest was made outside", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const intervals: unknown[] = [];
    await stage.publish(later, {
      async *changeOrigins(interval) {
        intervals.push(interval);
        yield* origins;
      },
    });
    const nobody = { requested_by: null, change: null, origin: "outside" };
    expect(await recorded()).toEqual([
      {
        kind: "membership_removed",
        sub: cyd.sub,
        field: null,
        requested_by: "cli:root",
        change: "chg_3",
        origin: "connector",
      },
      { kind: "user_deleted", sub: cyd.sub, field: null, ...nobody },
      { kind: "user_changed", sub: ada.sub, field: "email", ...nobody },
      {
        kind: "user_disabled",
        sub: ada.sub,
        field: null,
        requested_by: "cli:root",
        change: "chg_1",
        origin: "connector",
      },
      { kind: "user_disabled", sub: bob.sub, field: null, ...nobody },
    ]);
    const [{ began_at: after } = {}] = await stage.ask("SELECT began_at FROM runs WHERE run = 1");
    expect(intervals).toEqual([{ after: new Date(String(after)), before: expect.any(Date) }]);
  });

  test("is unknown, and not nobody, where the log could not be read whole", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const published = await stage.publish(later, {
      async *changeOrigins() {
        yield* origins.slice(0, 1);
        throw new Error("the log ends in the middle of a line");
      },
    });
    expect(published.changes).toBe(5);
    const rows = await recorded();
    expect(rows.map((row) => row["origin"])).toEqual([
      "unknown",
      "unknown",
      "unknown",
      "connector",
      "unknown",
    ]);
  });

  test("holds nothing back: a signal that stops the reading of the log stops the publication", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const stop = new AbortController();
    const target = await stage.open({
      async *changeOrigins() {
        yield* origins.slice(0, 1);
        stop.abort();
        throw new Error("stopped");
      },
    });
    await readInto(target, later);
    await expect(target.publish(ACCEPT, stop.signal)).rejects.toMatchObject({ code: "canceled" });
    expect(await stage.ask("SELECT count(*) AS runs FROM runs")).toEqual([{ runs: 1 }]);
    expect(await target.publish(ACCEPT, never)).toMatchObject({ runNumber: 2, changes: 5 });
    await target.close();
  });
});
