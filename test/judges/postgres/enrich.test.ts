import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { EnrichmentReport } from "../../../pkg/inventory/enrich/enrichment.ts";
import { knownFacts } from "../../../pkg/inventory/enrich/find-facts.ts";
import { people, person } from "../../cognito/definitions.ts";
import { createPool, type PoolDefinition } from "../../cognito/pool.ts";
import { type EnrichStage, enrichStageAt } from "../../support/enrich-stage.ts";
import { accessTo, migrated, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const DAY = 24 * 3_600_000;
const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;

let server: PostgresServer;
let databases = 0;
let database: string;
const open: EnrichStage[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  databases += 1;
  database = `inv${databases}`;
  await server.createDatabase(database, TEST_PASSWORD);
  await migrated(accessTo(server, database));
});
afterAll(async () => {
  for (const stage of open) await stage.close();
  await server.remove();
});

async function stageOf(definition: Partial<PoolDefinition>) {
  const pool = createPool({ id: POOL, advancedSecurity: "AUDIT", ...definition });
  const place = { engine: "postgres", name: database, access: accessTo(server, database) } as const;
  const another = async () => {
    const stage = await enrichStageAt(place, pool);
    open.push(stage);
    return stage;
  };
  const stage = await another();
  await stage.publish();
  return { pool, stage, another };
}

test("PostgreSQL reads again, once, what a clock that was ahead has read", async () => {
  const { stage } = await stageOf({ users: people(2) });
  stage.nowMs += 365 * DAY;
  expect((await stage.run()).calls).toBe(4);
  stage.nowMs -= 365 * DAY;
  expect((await stage.run()).calls).toBe(4);
  expect((await stage.run()).calls).toBe(0);
});

test("PostgreSQL keeps what was read, forgets deleted accounts, and tells none from unknown", async () => {
  const { pool, stage } = await stageOf({
    users: [
      person(1, {
        username: "ann",
        mfa: ["SMS_MFA"],
        preferredMfa: "SMS_MFA",
        events: [{ at: "2026-11-03T08:00:00.100Z" }],
      }),
      person(2, { username: "bob" }),
      person(3, { username: "gone" }),
    ],
  });
  expect(await stage.run()).toMatchObject({ read: { mfa: 3, "last-sign-in": 3 }, ended: "complete" });
  expect((await stage.run()).calls).toBe(0);
  const readAt = new Date(stage.nowMs);
  const ann = pool.stored("ann")?.sub ?? "";
  expect(await knownFacts(stage.reader, POOL, ["mfa", "last-sign-in"], [ann], never)).toEqual(
    new Map([
      [
        ann,
        {
          secondFactors: { factors: ["SMS_MFA"], preferred: "SMS_MFA", readAt },
          lastSignIn: { at: new Date("2026-11-03T08:00:00.100Z"), readAt },
        },
      ],
    ]),
  );
  pool.deleteUser("gone");
  pool.addUser(person(4, { username: "new" }));
  await stage.publish();
  stage.nowMs += DAY + 1;
  await stage.run({ facts: ["last-sign-in"] });
  expect(await stage.rows("SELECT username, state FROM second_factor_states ORDER BY username")).toEqual([
    ["ann", "on"],
    ["bob", "none"],
    ["new", "unknown"],
  ]);
  expect(await stage.rows("SELECT count(*) FROM sign_ins")).toEqual([[3]]);
});

test("several processes on one PostgreSQL keep one budget", async () => {
  const { stage, another } = await stageOf({ users: people(120) });
  const stages = [stage, await another(), await another(), await another()];
  const reports: EnrichmentReport[] = await Promise.all(
    stages.map((one) => one.run({ facts: ["mfa"], perHour: 50 })),
  );
  expect(reports.reduce((sum, { calls }) => sum + calls, 0)).toBe(50);
  expect(await stage.rows("SELECT sum(calls) FROM enrichment_calls")).toEqual([[50]]);
  expect((await stage.run({ facts: ["mfa"], perHour: 50 })).ended).toBe("budget");
});

test("a pool without the feature is asked again after a day, in PostgreSQL too", async () => {
  const { stage } = await stageOf({ users: people(3), advancedSecurity: "OFF" });
  await stage.run();
  expect((await stage.run()).calls).toBe(0);
  stage.nowMs += DAY + 1;
  expect((await stage.run({ facts: ["last-sign-in"] })).calls).toBe(1);
  expect(await stage.rows("SELECT fact, off_since IS NULL FROM enrichments ORDER BY fact")).toEqual([
    ["last-sign-in", false],
    ["mfa", true],
  ]);
});

test("a server that starts again between two readings loses none, and no user is called twice", async () => {
  const { stage } = await stageOf({ users: people(10) });
  const hold = stage.cognito.hold({ operation: "AdminGetUser", nth: 5 });
  const running = stage.run({ facts: ["mfa"] });
  await hold.arrived();
  await server.restart("immediate");
  hold.release();
  expect(await running).toMatchObject({ read: { mfa: 10 }, calls: 10, ended: "complete" });
  expect(await stage.rows("SELECT count(*) FROM second_factors")).toEqual([[10]]);
});
