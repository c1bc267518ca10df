import type { Medium } from "../core/directory-writer.ts";
import type { GovernanceError } from "../core/errors.ts";
import type { Pool } from "../core/pool.ts";

const ADDRESS_OF = { EMAIL: "email", SMS: "phone_number" } as const satisfies Record<Medium, string>;
const IN_WORDS = { EMAIL: "e-mail address", SMS: "phone number" } as const satisfies Record<Medium, string>;

interface Invitation {
  /** What the caller asks for; undefined: whatever reaches the user, e-mail first. */
  readonly deliverBy: readonly Medium[] | undefined;
  readonly attributes: ReadonlyMap<string, string>;
  readonly pool: () => Promise<Pool>;
  /** Makes the failure from what is wrong. */
  readonly refused: (problem: string) => GovernanceError;
}

/**
 * How an invitation reaches the user. Never left to Cognito, whose default is SMS, also for users without a phone (L-03,
 * mark 40). A medium that is asked for must have an address, and the pool must be able to send by it: Cognito creates the
 * account before it finds out.
 */
export async function invitationMedia({
  deliverBy,
  attributes,
  pool,
  refused,
}: Invitation): Promise<readonly Medium[]> {
  const reachable = (["EMAIL", "SMS"] as const).filter(
    (medium) => (attributes.get(ADDRESS_OF[medium]) ?? "") !== "",
  );
  if (deliverBy === undefined) {
    const [first] = reachable;
    if (first !== undefined) return [first];
    throw refused("has no e-mail address or phone number to send an invitation to; set one first");
  }
  const missing = deliverBy.find((medium) => !reachable.includes(medium));
  if (missing !== undefined) {
    throw refused(`has no ${IN_WORDS[missing]} to send an invitation to by ${missing}; set one first`);
  }
  if (deliverBy.includes("SMS") && (await pool()).sendsSms === false) {
    throw refused("cannot be invited by SMS: the pool has no SMS configuration; use EMAIL, or configure SMS");
  }
  return deliverBy;
}

/** `EMAIL`, `SMS` or `both`, in any case; undefined for another word. */
export function mediaNamed(word: string): readonly Medium[] | undefined {
  switch (word.toLowerCase()) {
    case "email":
      return ["EMAIL"];
    case "sms":
      return ["SMS"];
    case "both":
      return ["EMAIL", "SMS"];
    default:
      return undefined;
  }
}
