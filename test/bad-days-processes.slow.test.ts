import { expect, test } from "vitest";
import { drawProcessDay, processDay } from "./bad-days/process-day.ts";
import { rounds } from "./support/thorough.ts";

/** `BAD_DAYS_SEED` repeats one day. */
const SEED = Number(process.env["BAD_DAYS_SEED"] ?? 20261129);
const DAYS = process.env["BAD_DAYS_SEED"] === undefined ? rounds(4, 8) : 1;

test.for(Array.from({ length: DAYS }, (_, index) => SEED + index))(
  "what syncs say that were killed, cut off and doubled was so (seed %i)",
  async (seed) => {
    const plan = drawProcessDay(seed);
    const { broken, story } = await processDay(plan);
    expect({ broken, ...(broken.length > 0 && { plan, story }) }).toEqual({ broken: [] });
  },
);
