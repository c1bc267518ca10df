// Defects of the target in PostgreSQL alone: a bad day of the service finds each in the rows.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { sentValue } from "../../../pkg/inventory/postgres/cells.ts";
import { playServeDay } from "../../bad-days/serve-day.ts";
import { inventoryInPostgres, POSTGRES_PASSWORD } from "../../bad-days/serve-inventory.ts";
import { type Patch, type PatchedProgram, patchedProgram } from "../../bad-days/serve-patched.ts";
import type { ServeDay } from "../../bad-days/serve-plan.ts";
import { QUIET_DAY } from "../../bad-days/serve-quiet-day.ts";
import { INTO_INVENTORY } from "../../bad-days/serve-syncs.ts";
import { inventoryInserts } from "../../support/inventory-fixture.ts";
import { accessTo, migrated, sessionOf } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

let server: PostgresServer;
let program: PatchedProgram | undefined;

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(() => {
  program?.remove();
  program = undefined;
});
afterAll(async () => {
  await server.remove();
});

/** The service accepts the tokens of the callers of a day, and does not start without one. */
const DAY: ServeDay = {
  ...QUIET_DAY,
  memberChance: 0.5,
  scheduled: "inventory",
  postgres: true,
  readers: [{ name: "r0", front: "grpc", rounds: 1, pageSize: 3 }],
};
const IN_MERGE = "await session.script(emptyAll(tables), { ...MERGING, signal });";

/** A statement more in the transaction that publishes the run. */
const merging = (sql: string): Patch => ({
  file: "pkg/inventory/postgres/target/postgres-target.ts",
  from: IN_MERGE,
  to: `${IN_MERGE}\n        await session.script(\`${sql}\`, MERGING);`,
});

const PLANTED: Readonly<Record<string, readonly [Patch, RegExp]>> = {
  "a membership that is lost": [
    merging("DELETE FROM memberships WHERE sub = (SELECT min(sub) FROM memberships)"),
    /: lost: member /,
  ],
  "a user who is lost": [
    merging("UPDATE users SET to_run = 1 WHERE sub = (SELECT min(sub) FROM users)"),
    /: lost: user /,
  ],
  "memberships that are not in the pool": [
    merging(
      "INSERT INTO memberships SELECT u.pool_id, g.name, g.created_at, u.sub, 1, NULL FROM users u, groups g ON CONFLICT DO NOTHING",
    ),
    /: kept: member .*, there never/,
  ],
  "a membership that is there twice": [
    merging(
      "INSERT INTO memberships SELECT pool_id, group_name, group_created_at, sub, 2, NULL FROM memberships",
    ),
    /: twice: member /,
  ],
  "a disabled account that is enabled": [
    {
      file: "pkg/inventory/postgres/target/copy-rows.ts",
      from: 'return cell ? "t" : "f";',
      to: 'return "t";',
    },
    /: kept: enabled /,
  ],
  "an attribute with another value": [
    {
      file: "pkg/inventory/postgres/target/staged-pages.ts",
      from: "storableJson(String(cell))",
      to: 'storableJson(String(cell).replace(/"locale":"../, \'"locale":"xx\'))',
    },
    /: kept: attribute .* locale xx/,
  ],
};

test.for(Object.entries(PLANTED))(
  "%s in PostgreSQL is found",
  { timeout: 900_000 },
  async ([, [patch, found]]) => {
    program = patchedProgram(patch);
    const { differences } = await playServeDay(DAY, { main: program.main, postgres: server });
    expect(differences.filter((line) => found.test(line))).not.toEqual([]);
    for (const line of differences) expect(line).toMatch(new RegExp(`^${INTO_INVENTORY}, `));
  },
);

test("and without a defect nothing differs", { timeout: 900_000 }, async () => {
  const { differences, ledger } = await playServeDay(DAY, { postgres: server });
  expect(differences).toEqual([]);
  expect(ledger.readings.map(({ what }) => what)).toContain(INTO_INVENTORY);
});

test("a server that starts again is waited for, and then read whole", async () => {
  await server.createDatabase("waits", POSTGRES_PASSWORD);
  const access = accessTo(server, "waits");
  await migrated(access);
  const session = await sessionOf(access);
  for (const { sql, parameters } of inventoryInserts("postgres")) {
    await session.run(sql, parameters.map(sentValue), { doing: "fill" });
  }
  await session.close();
  const inventory = inventoryInPostgres(server, "waits");
  const before = await inventory.read();
  await server.end("immediate");
  const reading = inventory.read();
  await server.start();
  expect(await reading).toEqual(before);
  expect(before.length).toBeGreaterThan(0);
});
