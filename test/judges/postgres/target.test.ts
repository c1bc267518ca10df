import { afterAll, beforeAll, expect, test } from "vitest";
import { advance, firstListings, GROUPS_LISTING } from "../../../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../../../pkg/core/sync-scope.ts";
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

const never = new AbortController().signal;
const NOON = new Date("2026-11-21T12:05:00Z");

function openIn(database: string, { acceptShrink = false, hours = 0 }) {
  return openPostgresTarget(
    accessTo(server, database),
    {
      fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
      stateDir: "",
      acceptShrink,
      now: () => NOON.getTime() + hours * 3_600_000,
      describePool: async () => undefined,
    },
    never,
  );
}

test("a run grows old where a process that goes on comes no further than the groups (SYNC-10)", async () => {
  await server.createDatabase("idle", TEST_PASSWORD);
  const cut = await openIn("idle", {});
  await cut.begin({ id: "cut", startedAt: NOON, scope: WHOLE_POOL }, [], firstListings(WHOLE_POOL));
  await cut.close();
  const again = await openIn("idle", { hours: 20 });
  await again.rewind([GROUPS_LISTING]);
  const page = { cursor: advance(GROUPS_LISTING, ""), opens: [], users: [], groups: [], memberships: [] };
  await again.commit({ ...page, membersAreIdle: true });
  await again.close();
  const late = await openIn("idle", { hours: 25 });
  expect(late).toMatchObject({ resumed: false, discarded: "it made no progress for 1500 minutes" });
  await late.close();
});

targetContract("an inventory in PostgreSQL", () => {
  databases += 1;
  const database = `contract_${databases}`;
  const created = server.createDatabase(database, TEST_PASSWORD);
  return {
    async open({ acceptShrink }) {
      await created.catch(() => undefined);
      return await openIn(database, { acceptShrink });
    },
    async remove() {
      await server.sql(`DROP DATABASE ${database}`);
    },
  };
});
