import type { EpochMs } from "../../core/clock.ts";
import type { RecoveryHints } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Deps } from "../deps.ts";

type Sha256 = Pick<Deps, "sha256">;

/** How far the clock of this machine may differ from the clock of AWS. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** A change later than this after our last call was made by somebody else. */
export const UNTOUCHED_MS = 5_000;

/** The states after AdminCreateUser; the second one in pools that need no password. */
const AS_CREATED: ReadonlySet<string> = new Set(["FORCE_CHANGE_PASSWORD", "CONFIRMED"]);

/**
 * The proof that an account was made by one call of ours: there was no such account before, it was made at about that
 * time, and it has every attribute that was sent (D15, mark 23).
 */
export interface CreationProof {
  readonly salt: string;
  /** `name digest` of each attribute sent. Values are not written down. */
  readonly digests: readonly string[];
}

export function creationProof(
  { sha256 }: Sha256,
  salt: string,
  attributes: ReadonlyMap<string, string>,
): CreationProof {
  const digests = [...attributes].map(([name, value]) => `${name} ${digest(sha256, salt, name, value)}`);
  return { salt, digests };
}

/** `fromMs` and `untilMs`: when our call may have been carried out, by our clock. */
export function isMadeByUs(
  { sha256 }: Sha256,
  { salt, digests }: CreationProof,
  user: User,
  fromMs: EpochMs,
  untilMs: EpochMs,
): boolean {
  const createdMs = user.createdAt.getTime();
  const inTime = createdMs >= fromMs - CLOCK_SKEW_MS && createdMs <= untilMs + CLOCK_SKEW_MS;
  return (
    inTime &&
    user.enabled &&
    AS_CREATED.has(user.status) &&
    digests.every((line) => {
      const [name = ""] = line.split(" ");
      const value = user.attributes.get(name);
      return value !== undefined && line === `${name} ${digest(sha256, salt, name, value)}`;
    })
  );
}

export function creationProofIn({ salt, digests }: RecoveryHints): CreationProof | undefined {
  return typeof salt === "string" && Array.isArray(digests) ? { salt, digests } : undefined;
}

// Pools that ignore case may lower an e-mail address.
function digest(sha256: (text: string) => string, salt: string, name: string, value: string): string {
  return sha256(`${salt}\n${name}\n${name === "email" ? value.toLowerCase() : value}`);
}
