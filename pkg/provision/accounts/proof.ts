import type { EpochMs } from "../../core/clock.ts";
import type { ChangeFacts } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { ProvisionOptions } from "../options.ts";

type Sha256 = Pick<ProvisionOptions, "sha256">;

/** How far the clock of this machine may be from that of AWS. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** Later than this after our own last call somebody else has changed the account. */
export const UNTOUCHED_MS = 5_000;

/** The states that AdminCreateUser leaves an account in; the second one in pools that need no password. */
const AS_CREATED: ReadonlySet<string> = new Set(["FORCE_CHANGE_PASSWORD", "CONFIRMED"]);

/**
 * What an account must show so that it counts as made by one call and by nobody else: there was none before, it was made
 * about then, and it has every attribute that was sent (D15, mark 23).
 */
export interface Fingerprint {
  readonly salt: string;
  /** `name digest` of each attribute sent. Values are not written down. */
  readonly digests: readonly string[];
}

export function fingerprint(
  { sha256 }: Sha256,
  salt: string,
  attributes: ReadonlyMap<string, string>,
): Fingerprint {
  const digests = [...attributes].map(([name, value]) => `${name} ${digest(sha256, salt, name, value)}`);
  return { salt, digests };
}

/** `fromMs` and `untilMs`: when our call may have been carried out, by our clock. */
export function isMadeByUs(
  { sha256 }: Sha256,
  { salt, digests }: Fingerprint,
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

export function fingerprintIn({ salt, digests }: ChangeFacts): Fingerprint | undefined {
  return typeof salt === "string" && Array.isArray(digests) ? { salt, digests } : undefined;
}

// Pools that ignore case may lower an e-mail address.
function digest(sha256: (text: string) => string, salt: string, name: string, value: string): string {
  return sha256(`${salt}\n${name}\n${name === "email" ? value.toLowerCase() : value}`);
}
