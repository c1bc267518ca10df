// Bad days of a service that shares its quota in a Redis that is killed, emptied and stopped.
import { expect, test } from "vitest";
import { playServeDay } from "../../bad-days/serve-day.ts";
import { drawServeDay } from "../../bad-days/serve-plan.ts";
import { textOfFailure } from "../../bad-days/serve-report.ts";

const first = Number(process.env["BAD_DAYS_SEED"] ?? Math.floor(Math.random() * 1e9));

test.for([1, first])(
  "a bad day with Redis differs in nothing from the truth (seed %i)",
  { timeout: 300_000 },
  async (seed) => {
    const report = await playServeDay(drawServeDay(seed, { redis: true }));
    expect(report.differences.length === 0 ? "" : textOfFailure(report)).toBe("");
  },
);
