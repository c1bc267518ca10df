import { GovernanceError } from "../../core/errors.ts";
import type { Parts } from "../parts.ts";
import type { AccountDraft } from "./draft.ts";
import { userByName } from "./find-account.ts";

const SIGN_IN_NAMES = ["email", "phone_number", "preferred_username"] as const;

/** The refusal of a sign-in name that another account has. It tells which kind of name, and never the name. */
export async function nameInUse(
  parts: Pick<Parts, "directory">,
  { attributes }: AccountDraft,
  refused: GovernanceError,
  signal: AbortSignal,
): Promise<GovernanceError> {
  const sent = SIGN_IN_NAMES.filter((name) => attributes.has(name));
  const taken: string[] = [];
  for (const name of sent) {
    const value = attributes.get(name) ?? "";
    // Only whoever signs in by it is found by it.
    const holder = await userByName(parts, value, signal).catch(() => undefined);
    if (holder?.attributes.get(name)?.toLowerCase() === value.toLowerCase()) taken.push(name);
  }
  const names = (taken.length > 0 ? taken : sent).map((name) => `profile.${name}`).join(" or ");
  return new GovernanceError(
    "already-exists",
    `${names === "" ? "login" : names}: another account of the pool already signs in by it; it is not taken away from there`,
    {
      cause: refused,
      ...(refused.reason === undefined ? {} : { reason: refused.reason }),
      ...(refused.requestId === undefined ? {} : { requestId: refused.requestId }),
    },
  );
}
