import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAPPING_VERSION } from "../pkg/connector/connector.ts";
import { openInventoryReader } from "../pkg/inventory/open-reader.ts";
import { openSqliteTarget } from "../pkg/inventory/sqlite/target/sqlite-target.ts";
import { openSyncFile } from "../pkg/store/sync-file.ts";
import { POOL } from "./support/fake-directory.ts";
import { type InventoryUnderTest, inventoryTruth } from "./support/inventory-truth.ts";
import { rounds } from "./support/thorough.ts";

const SEED = Number(process.env["INVENTORY_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const HISTORIES = process.env["INVENTORY_SEED"] === undefined ? rounds(80, 200) : 1;
const never = new AbortController().signal;
const fingerprint = { poolId: POOL, userIdKind: "sub", mappingVersion: MAPPING_VERSION } as const;

/** In memory where the system has such a folder: the histories wait for the disk a thousand times. */
const ROOM = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

inventoryTruth("an inventory in SQLite", inSqlite, { histories: HISTORIES, seed: SEED });

function inSqlite(): InventoryUnderTest {
  const parent = mkdtempSync(join(ROOM, "inventory-truth-"));
  const folder = join(parent, "state");
  mkdirSync(folder);
  const file = join(folder, "pool.db");
  const common = { stateDir: folder, fingerprint, acceptShrink: true };
  return {
    open: ({ now }) => openSqliteTarget(file, { ...common, now, describePool: async () => undefined }, never),
    openFile: ({ now }) =>
      openSyncFile({ ...common, now, file: join(folder, "pool.c1z"), connectorVersion: "test" }, never),
    async die(targets) {
      // What a killed process leaves: the files as they are, under other inodes, since this process keeps its locks.
      const copy = join(parent, "copy");
      cpSync(folder, copy, { recursive: true });
      for (const target of targets) await target.close();
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
      rmSync(copy, { recursive: true });
    },
    reader: () => openInventoryReader({ engine: "sqlite", name: file }, never),
    remove: () => rmSync(parent, { recursive: true }),
  };
}
