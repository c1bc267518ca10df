// Changes of a group's members: each is a change of the provisioner with its line in the audit log. A request that stops half
// way says how far it came; sent again, it goes on, because what is made already needs no call.
import { GovernanceError } from "../../core/errors.ts";
import type { UserRef } from "../../provision/provisioner.ts";
import { type ScimParts, scimWriteContext } from "../parts.ts";
import { badRequest, ScimError, scimErrorOf } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";
import { eachOf } from "../several-at-once.ts";

/** Who gets into the group, and who leaves it. */
interface MembersChange {
  readonly add: readonly UserRef[];
  readonly remove: readonly UserRef[];
}

/** Each of them reads two things and writes one, so the limiter is never without a request. */
const CHANGES_AT_ONCE = 8;

export async function changeMembers(
  { provisioner, users, now }: Pick<ScimParts, "provisioner" | "users" | "now">,
  group: string,
  { add, remove }: MembersChange,
  call: ScimCall,
): Promise<void> {
  const context = scimWriteContext(call);
  const total = add.length + remove.length;
  let made = 0;
  const all = [
    ...remove.map((user) => ({ verb: "revoke", user }) as const),
    ...add.map((user) => ({ verb: "grant", user }) as const),
  ];
  try {
    await eachOf(all, CHANGES_AT_ONCE, async ({ verb, user }) => {
      await provisioner[verb](user, group, context, call.signal);
      made += 1;
    });
  } catch (error) {
    if (isUserGone(error)) users.forgetAccounts();
    throw stoppedAt(memberFailure(error, now()), made, total);
  }
}

/** A member that was deleted since is a wrong value, and not a group that is not found. */
function memberFailure(error: unknown, nowMs: number): ScimError {
  const failure = scimErrorOf(error, nowMs);
  return isUserGone(error) ? badRequest("invalidValue", `members: ${failure.detail}`) : failure;
}

function isUserGone(error: unknown): boolean {
  return error instanceof GovernanceError && error.reason === "user-gone";
}

/** The failure of one member, and what has been done besides. */
function stoppedAt(failure: ScimError, made: number, total: number): ScimError {
  if (total === 1) return failure;
  const { status, scimType, detail, retryAfterSeconds, headers, cause } = failure;
  return new ScimError(
    status,
    `${detail}; ${made} of ${total} changes of members are made; send the request again`,
    { scimType, retryAfterSeconds, headers, cause },
  );
}
