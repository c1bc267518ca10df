// Bad days of the running service whose seeds have met much. `make bad-days-serve` plays other days; with SEED= it plays one of
// these again.
import { describe, expect, test } from "vitest";
import { playServeDay } from "./serve-day.ts";
import { drawServeDay } from "./serve-plan.ts";
import { QUIET_DAY } from "./serve-quiet-day.ts";
import { refuseDifferences } from "./serve-report.ts";

const KNOWN = [102, 106, 5000, 219262327];
const asked = process.env["BAD_DAYS_SEED"];

describe.concurrent("a bad day of the service", () => {
  test.for(asked === undefined ? KNOWN : [Number(asked)])(
    "differs in nothing from the truth (seed %i)",
    { timeout: 900_000 },
    async (seed) => {
      process.stdout.write(`playing a bad day of the service; again: make bad-days-serve SEED=${seed}\n`);
      const report = await playServeDay(drawServeDay(seed));
      refuseDifferences(report);
      expect(report.differences).toEqual([]);
    },
  );

  test("without callers ends, and is read at its end", { timeout: 900_000 }, async () => {
    const report = await playServeDay(QUIET_DAY);
    refuseDifferences(report);
    expect(report).toMatchObject({ differences: [], processes: 1 });
    expect(report.ledger.readings.map(({ what }) => what)).toContain("the users by gRPC");
  });
});
