import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPool } from "../../../test/cognito/pool.ts";
import { type EnrichStage, openEnrichStage } from "../../../test/support/enrich-stage.ts";
import { type FactReading, recordReading } from "./facts.ts";

const POOL = "us-east-1_Ab129faBb";
const SUB = "00000000-0000-4000-8000-000000000000";
const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 12, minute));
const never = new AbortController().signal;

let stage: EnrichStage;
beforeEach(async () => {
  stage = await openEnrichStage(createPool({ id: POOL }));
});
afterEach(() => stage.close());

async function record(reading: FactReading): Promise<void> {
  await stage.writer.transaction((session) => recordReading(session, POOL, SUB, reading), never);
}

describe("of the readings of several processes the newest is kept, whichever is recorded last:", () => {
  test("second factors", async () => {
    const reading = (minute: number, ...factors: readonly string[]) =>
      record({ fact: "mfa", factors, preferred: factors[0], readAt: at(minute) });
    const known = () => stage.rows("SELECT factors, preferred, read_at FROM second_factors");
    await reading(2, "SMS_MFA");
    await reading(1, "EMAIL_OTP");
    expect(await known()).toEqual([['["SMS_MFA"]', "SMS_MFA", "2026-11-20T12:02:00.000Z"]]);
    await reading(3);
    expect(await known()).toEqual([["[]", null, "2026-11-20T12:03:00.000Z"]]);
  });

  test("the last sign-in", async () => {
    const reading = (minute: number, signedInAt: Date | undefined) =>
      record({
        fact: "last-sign-in",
        at: signedInAt,
        event: signedInAt === undefined ? undefined : "SignIn",
        readAt: at(minute),
      });
    const known = () => stage.rows("SELECT last_sign_in_at, event_type, read_at FROM sign_ins");
    await reading(2, at(0));
    await reading(1, undefined);
    expect(await known()).toEqual([["2026-11-20T12:00:00.000Z", "SignIn", "2026-11-20T12:02:00.000Z"]]);
    await reading(3, undefined);
    expect(await known()).toEqual([[null, null, "2026-11-20T12:03:00.000Z"]]);
  });
});
