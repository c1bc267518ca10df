import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openC1zSide } from "../../pkg/diff/c1z-side.ts";
import { commonScope } from "../../pkg/diff/common-scope.ts";
import { compareSides, type Difference } from "../../pkg/diff/compare-sides.ts";
import { inventorySide } from "../../pkg/diff/inventory-side.ts";
import type { Side } from "../../pkg/diff/side.ts";
import { readChanges } from "../../pkg/inventory/changes/read-changes.ts";
import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import { openInventoryTarget } from "../../pkg/inventory/open-target.ts";
import type { InventoryPlace } from "../../pkg/inventory/place.ts";
import { runNumbered } from "../../pkg/inventory/runs.ts";
import { openSyncFile } from "../../pkg/store/sync-file.ts";
import type { PublishedRun } from "../../pkg/sync/target.ts";
import { changedPool, randomOf, randomPool, syncPool } from "./changing-pool.ts";
import { POOL } from "./fake-directory.ts";

const never = new AbortController().signal;
const RUNS = 5;

/**
 * Random pools, synced into an inventory and into files at once: both show the same. `place` is an empty inventory, which
 * may be in the folder.
 */
export function differenceContract(name: string, place: (folder: string) => InventoryPlace): void {
  const seed = Math.floor(Math.random() * 2 ** 31);
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
      const describePool = async () => undefined;
      const inventory = await openInventoryTarget(place(folder), { ...options, describePool })(never);
      await syncPool<PublishedRun>(pool, [file, inventory], now);
      pool = changedPool(random, pool);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  async function inventoryAt(number: number): Promise<Side> {
    const openOther = () => openInventoryReader(place(folder), never);
    const reader = await openOther();
    const run = await runNumbered(reader, POOL, number, never);
    if (run === undefined) throw new Error(`no run ${number}`);
    return inventorySide({ reader, openOther, run, name: `run:${number}`, signal: never });
  }

  function fileAt(number: number): Promise<Side> {
    const file = join(folder, `${number}.c1z`);
    return openC1zSide({ file, run: undefined, name: file, tempDir: folder }, never);
  }

  describe(`${name} and the file of one reading, seed ${seed}`, () => {
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
        const reader = await openInventoryReader(place(folder), never);
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
