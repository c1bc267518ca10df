// An inventory in a folder of its own, filled from a pool in memory.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import type { User } from "../../pkg/core/user.ts";
import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import { openSqliteTarget } from "../../pkg/inventory/sqlite/target/sqlite-target.ts";
import type { InventoryTargetOptions } from "../../pkg/inventory/target/options.ts";
import type { PublishedInventory } from "../../pkg/inventory/target/published.ts";
import type { SyncTarget } from "../../pkg/sync/target.ts";
import { type FakePool, fakeDirectory, POOL, someGroup, userNumber } from "./fake-directory.ts";
import { rowsOf } from "./inventory-state.ts";
import { syncInto } from "./memory-target.ts";

const never = new AbortController().signal;
export const ACCEPT = { acceptShrink: true };
export const BEGINNING = new Date("2026-11-28T12:00:00Z");
export const PEOPLE = Array.from({ length: 9 }, (_, n) => userNumber(n));

/** A pool in which everybody is in `all`. */
export function everybodyIn(users: readonly User[], ...groups: readonly string[]): Partial<FakePool> {
  return {
    users: [...users],
    groups: ["all", ...groups].map((name) => someGroup(name)),
    members: new Map([["all", [...users]]]),
    pageItems: 4,
  };
}

export async function readInto(target: SyncTarget, content: Partial<FakePool>): Promise<void> {
  const { directory } = fakeDirectory(content);
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  await syncInto([target], { connector, listingsAtOnce: 2 });
}

export type InventoryStage = ReturnType<typeof inventoryStage>;

export function inventoryStage() {
  const folder = mkdtempSync(join(tmpdir(), "inventory-"));
  const file = join(folder, "pool.db");
  let nowMs = BEGINNING.getTime();

  function open(options: Partial<InventoryTargetOptions> = {}): Promise<SyncTarget<PublishedInventory>> {
    const given = {
      ...ACCEPT,
      stateDir: folder,
      fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
      now: () => {
        nowMs += 1000;
        return nowMs;
      },
      describePool: async () => undefined,
      ...options,
    } as const;
    return openSqliteTarget(file, given, never);
  }

  const reader = () => openInventoryReader({ engine: "sqlite", name: file }, never);

  return {
    folder,
    open,
    reader,
    /** One whole run. */
    async publish(content: Partial<FakePool>, options: Partial<InventoryTargetOptions> = {}) {
      const target = await open(options);
      try {
        await readInto(target, content);
        return await target.publish(ACCEPT, never);
      } finally {
        await target.close();
      }
    },
    async ask(sql: string, ...parameters: readonly (string | number)[]) {
      const opened = await reader();
      try {
        return await rowsOf(opened, sql, parameters);
      } finally {
        await opened.close();
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
