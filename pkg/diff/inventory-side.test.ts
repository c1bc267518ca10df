import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changedPool, randomOf, randomPool, syncPool } from "../../test/support/changing-pool.ts";
import { POOL } from "../../test/support/fake-directory.ts";
import { readChanges } from "../inventory/changes/read-changes.ts";
import { openInventoryReader } from "../inventory/open-reader.ts";
import { openInventoryTarget } from "../inventory/open-target.ts";
import { parseInventoryPlace } from "../inventory/place.ts";
import { runNumbered } from "../inventory/runs.ts";
import { openSyncFile } from "../store/sync-file.ts";
import type { PublishedRun } from "../sync/target.ts";
import { openC1zSide } from "./c1z-side.ts";
import { commonScope } from "./common-scope.ts";
import { compareSides, type Difference } from "./compare-sides.ts";
import { inventorySide } from "./inventory-side.ts";
import type { Side } from "./side.ts";

const never = new AbortController().signal;
const seed = Math.floor(Math.random() * 2 ** 31);
const RUNS = 5;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "diff-inventory-"));
  const random = randomOf(seed);
  let pool = randomPool(random, 40);
  for (let run = 1; run <= RUNS; run += 1) {
    const now = () => Date.UTC(2026, 10, run);
    const fingerprint = { poolId: POOL, userIdKind: "sub" as const, mappingVersion: 1 };
    const options = { stateDir: folder, fingerprint, acceptShrink: true, now };
    const file = await openSyncFile(
      { ...options, file: join(folder, `${run}.c1z`), connectorVersion: "0.0.0-test" },
      never,
    );
    const place = parseInventoryPlace(join(folder, "pool.db"));
    const describePool = async () => undefined;
    const inventory = await openInventoryTarget(place, { ...options, describePool })(never);
    await syncPool<PublishedRun>(pool, [file, inventory], now);
    pool = changedPool(random, pool);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

async function inventoryAt(number: number): Promise<Side> {
  const place = parseInventoryPlace(join(folder, "pool.db"));
  const openOther = () => openInventoryReader(place, never);
  const reader = await openOther();
  const run = await runNumbered(reader, POOL, number, never);
  if (run === undefined) throw new Error(`no run ${number}`);
  return inventorySide({ reader, openOther, run, name: `run:${number}`, signal: never });
}

function fileAt(number: number): Promise<Side> {
  const file = join(folder, `${number}.c1z`);
  return openC1zSide({ file, run: undefined, name: file, tempDir: folder }, never);
}

async function differences(older: Side, newer: Side): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  try {
    for await (const one of compareSides(older, newer, commonScope(older, newer))) found.push(one);
    return found;
  } finally {
    await older.close();
    await newer.close();
  }
}

describe(`the inventory and the file of one reading, seed ${seed}`, () => {
  test.for([1, 2, 3, 4, 5])("have the same rows at run %i", async (run) => {
    expect(await differences(await inventoryAt(run), await fileAt(run))).toEqual([]);
    expect(await differences(await fileAt(run), await inventoryAt(run))).toEqual([]);
  });

  test.for([
    [1, 2],
    [2, 4],
    [5, 3],
  ] as const)("differ from those of another run in the same: %i and %i", async ([older, newer]) => {
    const files = await differences(await fileAt(older), await fileAt(newer));
    expect(files.length).toBeGreaterThan(10);
    expect(await differences(await inventoryAt(older), await inventoryAt(newer))).toEqual(files);
    expect(await differences(await fileAt(older), await inventoryAt(newer))).toEqual(files);
  });

  test.for([2, 3, 4, 5])(
    "differ from the run before in what the inventory recorded at run %i",
    async (run) => {
      const found = await differences(await inventoryAt(run - 1), await inventoryAt(run));
      const reader = await openInventoryReader(parseInventoryPlace(join(folder, "pool.db")), never);
      const filter = { poolId: POOL, afterRun: run - 1, upToRun: run, kinds: [], notOurs: false };
      const recorded: string[] = [];
      for await (const change of readChanges(reader, filter, { values: true }, never)) {
        const { kind, sub, group, field, valueBefore, valueAfter } = change;
        recorded.push(textOf({ kind, sub, group, field, before: valueBefore, after: valueAfter }));
      }
      await reader.close();
      expect(recorded.toSorted()).toEqual(found.map(textOf).toSorted());
    },
  );
});

// Identities have a text of their own in a comparison.
function textOf({
  kind,
  sub,
  group,
  field,
  before,
  after,
}: Omit<Difference, "kind"> & { readonly kind: string }): string {
  const values = field === "identities" ? [] : [before, after];
  return JSON.stringify([kind, sub, group, field, ...values]);
}
