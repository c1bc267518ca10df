import { afterAll, beforeAll } from "vitest";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import { POOL } from "../../support/fake-directory.ts";
import { accessTo, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";
import { targetContract } from "../../support/target-contract.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.remove();
});

let databases = 0;

targetContract("an inventory in PostgreSQL", () => {
  databases += 1;
  const database = `contract_${databases}`;
  const created = server.createDatabase(database, TEST_PASSWORD);
  return {
    async open({ acceptShrink }) {
      await created.catch(() => undefined);
      return await openPostgresTarget(
        accessTo(server, database),
        {
          fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
          stateDir: "",
          acceptShrink,
          now: () => Date.parse("2026-11-21T12:05:00Z"),
          describePool: async () => undefined,
        },
        new AbortController().signal,
      );
    },
    async remove() {
      await server.sql(`DROP DATABASE ${database}`);
    },
  };
});
