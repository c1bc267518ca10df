import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { MAPPING_VERSION } from "../../../pkg/connector/connector.ts";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import { openSyncFile } from "../../../pkg/store/sync-file.ts";
import { POOL } from "../../support/fake-directory.ts";
import { type InventoryUnderTest, inventoryTruth } from "../../support/inventory-truth.ts";
import { accessTo, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";
import { rounds } from "../../support/thorough.ts";

const SEED = Number(process.env["INVENTORY_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const HISTORIES = process.env["INVENTORY_SEED"] === undefined ? rounds(60, 200) : 1;
const never = new AbortController().signal;
const fingerprint = { poolId: POOL, userIdKind: "sub", mappingVersion: MAPPING_VERSION } as const;

/** In memory where the system has such a folder: the histories wait for the disk a thousand times. */
const ROOM = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let server: PostgresServer;
let schemas = 0;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("truth", TEST_PASSWORD);
});
afterAll(async () => {
  await server.remove();
});

inventoryTruth("an inventory in PostgreSQL", inPostgres, { histories: HISTORIES, seed: SEED });

function inPostgres(): InventoryUnderTest {
  schemas += 1;
  const schema = `history_${schemas}`;
  const access = accessTo(server, "truth", `?options=-csearch_path%3D${schema}&application_name=${schema}`);
  const parent = mkdtempSync(join(ROOM, "inventory-truth-"));
  const folder = join(parent, "state");
  mkdirSync(folder);
  const common = { stateDir: folder, fingerprint, acceptShrink: true };
  return {
    open: ({ now }) =>
      openPostgresTarget(access, { ...common, now, describePool: async () => undefined }, never),
    openFile: ({ now }) =>
      openSyncFile({ ...common, now, file: join(folder, "pool.c1z"), connectorVersion: "test" }, never),
    async die(targets) {
      // What the server does for a client that is gone.
      await server.sql(
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '${schema}'`,
      );
      // What a killed process leaves: the files as they are, under other inodes, since this process keeps its locks.
      const copy = join(parent, "copy");
      cpSync(folder, copy, { recursive: true });
      for (const target of targets) await target.close();
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
      rmSync(copy, { recursive: true });
    },
    reader: () => openPostgresReader(access, never),
    async remove() {
      rmSync(parent, { recursive: true });
      await server.sql(`DROP SCHEMA ${schema} CASCADE`, "truth");
    },
  };
}
