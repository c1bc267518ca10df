// Bad days of a service that shares its quota in a Redis that is killed, emptied and stopped.
import { expect, test } from "vitest";
import { playServeDay } from "../../bad-days/serve-day.ts";
import { drawServeDay } from "../../bad-days/serve-plan.ts";
import { refuseDifferences } from "../../bad-days/serve-report.ts";

const asked = process.env["BAD_DAYS_SEED"];

test.for(asked === undefined ? [1, 2] : [Number(asked)])(
  "a bad day with Redis differs in nothing from the truth (seed %i)",
  { timeout: 900_000 },
  async (seed) => {
    const report = await playServeDay(drawServeDay(seed, { redis: true }));
    refuseDifferences(report);
    expect(report.differences).toEqual([]);
  },
);
