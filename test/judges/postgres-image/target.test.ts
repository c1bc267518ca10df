// The newest PostgreSQL of the registry, where the one of this machine's packages may be older.
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresAccess } from "../../../pkg/inventory/postgres/connection/access.ts";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import { POSTGRES_IMAGE } from "../../suites/postgres-image.ts";
import { POOL } from "../../support/fake-directory.ts";
import { migrated, rowsOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { targetContract } from "../../support/target-contract.ts";

const never = new AbortController().signal;
let server: StartedTestContainer;
let schemas = 0;

beforeAll(async () => {
  server = await new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_USER: "inv", POSTGRES_DB: "inv", POSTGRES_PASSWORD: TEST_PASSWORD })
    .withExposedPorts(5432)
    // The image starts the server once to make the database, and once more.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
}, 180_000);
afterAll(async () => {
  await server.stop();
});

function accessTo(schema: string) {
  const url = `postgres://inv@${server.getHost()}:${server.getMappedPort(5432)}/inv?sslmode=disable&options=-csearch_path%3D${schema}`;
  return postgresAccess(url, { env: { PGPASSWORD: TEST_PASSWORD }, home: undefined, user: "inv" });
}

targetContract("an inventory in PostgreSQL of the registry", () => {
  schemas += 1;
  const schema = `contract_${schemas}`;
  return {
    open: ({ acceptShrink }) =>
      openPostgresTarget(
        accessTo(schema),
        {
          fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
          stateDir: "",
          acceptShrink,
          now: () => Date.parse("2026-11-21T12:05:00Z"),
          describePool: async () => undefined,
        },
        never,
      ),
    remove: () => {},
  };
});

describe("PostgreSQL of the registry", () => {
  test("is one that reads and does not write for a query", async () => {
    await migrated(accessTo("read"));
    const reader = await openPostgresReader(accessTo("read"), never);
    expect(await rowsOf(await reader.query("SELECT count(*) FROM changes"))).toEqual([[0]]);
    await expect(
      reader.query("WITH a AS (DELETE FROM runs RETURNING 1) SELECT * FROM a"),
    ).rejects.toMatchObject({
      name: "GovernanceError",
    });
    await reader.close();
  });
});
