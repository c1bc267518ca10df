// Bad days of the running service: some whose seeds have met much, and some that are new each time.
import { describe, expect, test } from "vitest";
import { playServeDay } from "./serve-day.ts";
import { drawServeDay } from "./serve-plan.ts";
import { textOfFailure } from "./serve-report.ts";

const KNOWN = [102, 106, 5000];
const first = Number(process.env["BAD_DAYS_SEED"] ?? Math.floor(Math.random() * 1e9));

describe.concurrent(`a bad day of the service (random ones from seed ${first})`, () => {
  test.for([...KNOWN, first, first + 1, first + 2])(
    "differs in nothing from the truth (seed %i)",
    { timeout: 300_000 },
    async (seed) => {
      const report = await playServeDay(drawServeDay(seed));
      expect(report.differences.length === 0 ? "" : textOfFailure(report)).toBe("");
    },
  );
});
