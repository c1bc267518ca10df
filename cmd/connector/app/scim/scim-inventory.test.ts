import { expect, test } from "vitest";
import { served } from "../../../../pkg/config/testing.fixture.ts";
import { hasScheduledInventory, listedInventory, scheduledRuns } from "./scim-inventory.ts";

const OWN = "/state/eu-west-1_AbCd12345.scim-inventory.db";
const URL = "postgres://writer@db.example.org/inventory";
const around = { env: {}, user: "ann" };

/** For each schedule: its interval in minutes, the file, the inventory of the settings, and that of SCIM alone. */
function schedules(flags: Readonly<Record<string, string>>) {
  const config = served({ "state-dir": "/state", ...flags });
  return scheduledRuns(config, around).map(({ config: { sync, schedule }, ownInventory }) => ({
    minutes: schedule.everyMs / 60_000,
    file: sync.file,
    inventory: sync.inventory?.place,
    own: ownInventory?.name,
  }));
}

const listed = (flags: Readonly<Record<string, string>>) =>
  listedInventory(served({ "state-dir": "/state", scim: "true", ...flags }), around).name;

test("lists are of the inventory of the settings in SQLite, else of one in the state directory", () => {
  expect(listed({})).toBe(OWN);
  expect(listed({ inventory: "/data/pool.db" })).toBe("/data/pool.db");
  expect(listed({ inventory: URL })).toBe(OWN);
});

test("without SCIM there is only the schedule of the settings", () => {
  expect(schedules({})).toEqual([]);
  expect(schedules({ "sync-every": "2h", file: "/data/pool.c1z" })).toEqual([
    { minutes: 120, file: "/data/pool.c1z", inventory: undefined, own: undefined },
  ]);
});

test("without a schedule the inventory of the lists is synced every hour, and nothing else is written", () => {
  const hourly = { minutes: 60, file: undefined, own: undefined };
  const scim = { scim: "true" };
  expect(schedules(scim)).toEqual([{ ...hourly, inventory: OWN }]);
  expect(schedules({ ...scim, inventory: URL })).toEqual([{ ...hourly, inventory: OWN }]);
  expect(schedules({ ...scim, inventory: "/data/pool.db" })).toEqual([
    { ...hourly, inventory: "/data/pool.db" },
  ]);
});

test("a schedule of the settings fills the inventory of the lists too", () => {
  const asked = { scim: "true", "sync-every": "2h" };
  expect(schedules({ ...asked, file: "/data/pool.c1z" })).toEqual([
    { minutes: 120, file: "/data/pool.c1z", inventory: undefined, own: OWN },
  ]);
  expect(schedules({ ...asked, inventory: URL })).toEqual([
    { minutes: 120, file: undefined, inventory: URL, own: OWN },
  ]);
  expect(schedules({ ...asked, inventory: "/data/pool.db" })).toEqual([
    { minutes: 120, file: undefined, inventory: "/data/pool.db", own: undefined },
  ]);
});

test("a schedule that reads a part of the pool is beside one for the lists, which need all of it", () => {
  const flags = { scim: "true", "sync-every": "2h", file: "/data/pool.c1z", "sync-resource-types": "group" };
  expect(schedules(flags)).toEqual([
    { minutes: 120, file: "/data/pool.c1z", inventory: undefined, own: undefined },
    { minutes: 60, file: undefined, inventory: OWN, own: undefined },
  ]);
});

test("the inventory of the settings is filled by a schedule of the settings, or in SQLite by the one for the lists", () => {
  const isFilled = (flags: Readonly<Record<string, string>>) =>
    hasScheduledInventory(served({ "state-dir": "/state", ...flags }), around);
  const inventory = "/data/pool.db";
  expect(isFilled({ inventory })).toBe(false);
  expect(isFilled({ inventory, "sync-every": "2h" })).toBe(true);
  expect(isFilled({ inventory, scim: "true" })).toBe(true);
  expect(isFilled({ inventory: URL, scim: "true" })).toBe(false);
});
