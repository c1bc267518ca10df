import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/store-run.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { NewChange } from "../../core/journal.ts";
import { createLazyJournal, type LazyJournal } from "./lazy-journal.ts";

const POOL = "eu-west-1_Abc123";
const never = new AbortController().signal;
const CHANGE: NewChange = {
  id: "change-1",
  kind: "delete-user",
  lock: "user:sub-1",
  beganAtMs: 0,
  requester: { via: "cli", name: "tester" },
  target: { user: "sub-1" },
};

let folder: { readonly path: string; remove(): void };
let journals: LazyJournal[];

beforeEach(() => {
  folder = temporaryFolder();
  journals = [];
});
afterEach(() => {
  for (const journal of journals) journal.end();
  folder.remove();
});

function lazy(openOthers = (): void => {}, dir = join(folder.path, "state")): LazyJournal {
  const sleep = async (): Promise<void> => {};
  const journal = createLazyJournal({
    dir,
    poolId: POOL,
    now: () => 0,
    bootClock: { boot: "boot", upMs: () => 0 },
    sleep,
    openOthers,
  });
  journals.push(journal);
  return journal;
}

describe("a lazy journal", () => {
  test("leaves no file behind where nothing is changed, and ends", () => {
    const journal = lazy();
    expect(journal.spent("deletions", 0)).toBe(0);
    expect(journal.opened()).toBeUndefined();
    journal.end();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("says what was spent where no directory can be made", () => {
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    expect(lazy(undefined, file).spent("deletions", 0)).toBe(0);
  });

  test("counts what an earlier process spent", async () => {
    const earlier = lazy();
    await earlier.begin(CHANGE, never);
    earlier.spend(CHANGE.id, [{ budget: "deletions", limit: 5 }], 0);
    earlier.close(CHANGE.id, () => {});
    earlier.end();
    expect(lazy().spent("deletions", 1)).toBe(1);
  });

  test.for([
    ["a change", (journal: LazyJournal): unknown => journal.begin(CHANGE, never)],
    ["a recovery", async (journal: LazyJournal): Promise<unknown> => journal.claimOrphans()],
    ["opening it", async (journal: LazyJournal): Promise<unknown> => journal.open()],
  ] as const)("opens the other records for %s, after its directory exists", async ([, use]) => {
    const directories: boolean[] = [];
    const journal = lazy(() => void directories.push(existsSync(join(folder.path, "state"))));
    await use(journal);
    expect(directories).toEqual([true]);
    expect(journal.opened()?.status()).toMatchObject({ open: expect.any(Number) });
  });

  test("begins no change that the other records cannot hold, and tries them again for the next", async () => {
    let broken = true;
    const journal = lazy(() => {
      if (broken) throw new GovernanceError("failed-precondition", "cannot open the audit log");
    });
    await expect(journal.begin(CHANGE, never)).rejects.toMatchObject({ code: "failed-precondition" });
    expect(journal.opened()?.status().open).toBe(0);
    broken = false;
    await journal.begin(CHANGE, never);
    expect(journal.opened()?.status().open).toBe(1);
  });
});
