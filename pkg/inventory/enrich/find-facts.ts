import { GovernanceError } from "../../core/errors.ts";
import type { LastSignIn, SecondFactors, UserFact, UserFacts } from "../../core/user-facts.ts";
import type { InventoryReader, SqlCell } from "../reader.ts";
import { storedTime } from "../stored-time.ts";

/** SQLite and PostgreSQL take more parameters; a page of users has at most 60. */
const SUBS_AT_ONCE = 100;

/** A page of a listing waits for it. */
const TIMEOUT_MS = 5_000;

/** What the inventory knows of these accounts. An account of which nothing is known is not in the map. */
export async function knownFacts(
  reader: Pick<InventoryReader, "query">,
  poolId: string,
  facts: readonly UserFact[],
  subs: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, UserFacts>> {
  const known = new Map<string, UserFacts>();
  for (let from = 0; from < subs.length; from += SUBS_AT_ONCE) {
    const some = subs.slice(from, from + SUBS_AT_ONCE);
    const query = async (columns: string, table: string) => {
      const places = some.map(() => "?").join(", ");
      const sql = `SELECT sub, ${columns} FROM ${table} WHERE pool_id = ? AND sub IN (${places})`;
      return (await reader.query(sql, [poolId, ...some], { signal, timeoutMs: TIMEOUT_MS })).rows;
    };
    if (facts.includes("mfa")) {
      for await (const [sub, ...cells] of await query("factors, preferred, read_at", "second_factors")) {
        const secondFactors = secondFactorsOf(cells);
        if (secondFactors !== undefined) known.set(String(sub), { secondFactors });
      }
    }
    if (facts.includes("last-sign-in")) {
      for await (const [sub, ...cells] of await query("last_sign_in_at, read_at", "sign_ins")) {
        known.set(String(sub), { ...known.get(String(sub)), lastSignIn: lastSignInOf(cells) });
      }
    }
  }
  return known;
}

function secondFactorsOf([factors = null, preferred = null, readAt = null]: readonly SqlCell[]):
  | SecondFactors
  | undefined {
  const list = parsedList(String(factors));
  if (!Array.isArray(list)) return undefined;
  return {
    factors: list.map(String),
    preferred: preferred === null ? undefined : String(preferred),
    readAt: storedTime(readAt, "read_at"),
  };
}

function lastSignInOf([at = null, readAt = null]: readonly SqlCell[]): LastSignIn {
  return {
    at: at === null ? undefined : storedTime(at, "last_sign_in_at"),
    readAt: storedTime(readAt, "read_at"),
  };
}

function parsedList(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The text of the failure would quote what is stored.
    throw new GovernanceError("data-loss", "the inventory is damaged: factors is not JSON");
  }
}
