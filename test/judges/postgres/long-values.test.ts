import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import { randomOf, syncPool } from "../../support/changing-pool.ts";
import { POOL, userNumber } from "../../support/fake-directory.ts";
import { accessTo, rowsOf, sessionOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const never = new AbortController().signal;
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("long", TEST_PASSWORD);
});
afterAll(() => server.remove());

/** As long as Cognito allows, in characters of three bytes that no compression makes shorter. */
function longest(seed: number): string {
  const random = randomOf(seed);
  return Array.from({ length: 2048 }, () => String.fromCharCode(0x4e00 + Math.floor(random() * 20_000))).join(
    "",
  );
}

test("an attribute of 2,048 characters is kept and found, also where it is indexed", async () => {
  const access = accessTo(server, "long");
  const names = [
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "custom:x",
  ];
  const attributes = new Map(names.map((name, seed) => [name, longest(seed)]));
  const user = { ...userNumber(1), attributes };
  const now = () => Date.parse("2026-11-21T12:05:00Z");
  const target = await openPostgresTarget(
    access,
    {
      fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
      stateDir: "",
      acceptShrink: true,
      now,
      describePool: async () => undefined,
    },
    never,
  );
  const pool = { users: new Map([[user.sub, user]]), groups: new Map(), members: new Map() };
  expect(await syncPool(pool, [target], now)).toMatchObject([{ runNumber: 1 }]);
  const reader = await openPostgresReader(access, never);
  try {
    const sql = "SELECT sub, name, attributes ->> 'custom:x' FROM current_users WHERE email = ?";
    const found = await rowsOf(await reader.query(sql, [longest(0)]));
    expect(found).toEqual([[user.sub, longest(2), longest(6)]]);
  } finally {
    await reader.close();
  }
  const session = await sessionOf(access);
  try {
    await session.script("SET enable_seqscan = off", { doing: "plan" });
    const sql = "EXPLAIN SELECT sub FROM users WHERE email = 'a@b' AND to_run IS NULL";
    const { rows } = await session.run(sql, [], { doing: "plan" });
    expect(rows.join("\n")).toContain("users_by_email");
  } finally {
    await session.close();
  }
});
