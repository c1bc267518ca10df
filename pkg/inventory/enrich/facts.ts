import { CLOCKS_DIFFER_MS } from "../../core/clock.ts";
import type { LastSignIn, SecondFactors, UserFact } from "../../core/user-facts.ts";
import type { WriteSession } from "../writer.ts";

/** The table in which what is known of a fact is kept. */
export const TABLE_OF: Readonly<Record<UserFact, string>> = {
  mfa: "second_factors",
  "last-sign-in": "sign_ins",
};

/** What one reading brought. */
export type FactReading =
  | ({ readonly fact: "mfa" } & SecondFactors)
  | ({ readonly fact: "last-sign-in" } & LastSignIn & {
        /** The kind of the event that `at` is of. */
        readonly event: string | undefined;
      });

/** Replaces what was known. Between several processes the newest reading wins, unless a clock that was ahead made it. */
export async function recordReading(
  session: WriteSession,
  poolId: string,
  sub: string,
  reading: FactReading,
): Promise<void> {
  const readAt = reading.readAt.toISOString();
  const ahead = new Date(reading.readAt.getTime() + CLOCKS_DIFFER_MS).toISOString();
  if (reading.fact === "mfa") {
    const { factors, preferred = null } = reading;
    await session.run(
      `INSERT INTO second_factors (pool_id, sub, factors, preferred, read_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (pool_id, sub) DO UPDATE SET factors = excluded.factors, preferred = excluded.preferred,
         read_at = excluded.read_at
         WHERE second_factors.read_at <= excluded.read_at OR second_factors.read_at > ?`,
      [poolId, sub, JSON.stringify(factors), preferred, readAt, ahead],
    );
    return;
  }
  const { at, event = null } = reading;
  await session.run(
    `INSERT INTO sign_ins (pool_id, sub, last_sign_in_at, event_type, read_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (pool_id, sub) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at,
       event_type = excluded.event_type, read_at = excluded.read_at
       WHERE sign_ins.read_at <= excluded.read_at OR sign_ins.read_at > ?`,
    [poolId, sub, at?.toISOString() ?? null, event, readAt, ahead],
  );
}
