import type { EpochMs } from "../../core/clock.ts";
import type { RecoveryHints } from "../../core/journal.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Deps } from "../deps.ts";
import { isMadeBetween } from "../made-between.ts";

type Sha256 = Pick<Deps, "sha256">;

/** A change later than this after our last call was made by somebody else. */
export const UNTOUCHED_MS = 5_000;

/**
 * The proof that an account was made by one call of ours: there was no such account before, it was made at about that
 * time, and it has the attributes that were sent and no others (D15, mark 23).
 */
export interface CreationProof {
  readonly salt: string;
  /** `name digest` of each attribute sent. Values are not written down. */
  readonly digests: readonly string[];
  /** Whether our call may leave the account CONFIRMED, as one that has signed up for itself is. */
  readonly confirmed: boolean;
}

export function creationProof(
  { sha256 }: Sha256,
  salt: string,
  pool: Pool,
  attributes: ReadonlyMap<string, string>,
): CreationProof {
  const digests = [...attributes].map(([name, value]) => `${name} ${digest(sha256, salt, name, value)}`);
  return { salt, digests, confirmed: needsNoPassword(pool) };
}

/** `fromMs` and `untilMs`: when our call may have been carried out, by our clock. */
export function isMadeByUs(
  { sha256 }: Sha256,
  { salt, digests, confirmed }: CreationProof,
  user: User,
  fromMs: EpochMs,
  untilMs: EpochMs,
): boolean {
  const sent = new Set(digests.map((line) => line.split(" ")[0] ?? ""));
  return (
    isMadeBetween(user, fromMs, untilMs) &&
    user.enabled &&
    isAsCreated(user, confirmed) &&
    hasNoOthers(user, sent) &&
    digests.every((line) => {
      const [name = ""] = line.split(" ");
      const value = user.attributes.get(name);
      return value !== undefined && line === `${name} ${digest(sha256, salt, name, value)}`;
    })
  );
}

/** An older version has not noted what the pool needs. */
export function creationProofIn({ salt, digests, confirmed }: RecoveryHints): CreationProof | undefined {
  return typeof salt === "string" && Array.isArray(digests)
    ? { salt, digests, confirmed: confirmed !== false }
    : undefined;
}

/** Without a password AdminCreateUser makes a CONFIRMED account in such a pool. */
export function needsNoPassword({ firstAuthFactors }: Pool): boolean {
  return firstAuthFactors.some((factor) => factor !== "PASSWORD");
}

export function isAsCreated({ status }: User, mayBeConfirmed: boolean): boolean {
  return status === "FORCE_CHANGE_PASSWORD" || (mayBeConfirmed && status === "CONFIRMED");
}

/** No attributes but those that were sent, and those that Cognito sets by itself. */
export function hasNoOthers({ attributes }: User, sent: { has(name: string): boolean }): boolean {
  return [...attributes.keys()].every(
    (name) => sent.has(name) || name === "sub" || name.endsWith("_verified") || name.startsWith("cognito:"),
  );
}

// Pools that ignore case may lower an e-mail address.
function digest(sha256: (text: string) => string, salt: string, name: string, value: string): string {
  return sha256(`${salt}\n${name}\n${name === "email" ? value.toLowerCase() : value}`);
}
