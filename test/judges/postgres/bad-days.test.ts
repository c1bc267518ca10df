// Bad days of a service that syncs into a PostgreSQL which is restarted, and which crashes.
import { afterAll, beforeAll, expect, test } from "vitest";
import { playServeDay } from "../../bad-days/serve-day.ts";
import { drawServeDay } from "../../bad-days/serve-plan.ts";
import { refuseDifferences } from "../../bad-days/serve-report.ts";
import { INTO_INVENTORY } from "../../bad-days/serve-syncs.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const asked = process.env["BAD_DAYS_SEED"];

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.remove();
});

test.for(asked === undefined ? [1, 2] : [Number(asked)])(
  "a bad day with PostgreSQL differs in nothing from the truth (seed %i)",
  { timeout: 900_000 },
  async (seed) => {
    const report = await playServeDay(drawServeDay(seed, { postgres: true }), { postgres: server });
    refuseDifferences(report);
    expect(report.differences).toEqual([]);
    expect(report.ledger.readings.map(({ what }) => what)).toContain(INTO_INVENTORY);
  },
);
