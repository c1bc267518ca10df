import type { ChangeTarget } from "../../core/change.ts";
import type { Medium } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Parts } from "../parts.ts";
import type { Plan } from "../plan.ts";
import type { AccountRequest, CreatedAccount } from "../provisioner.ts";
import { choosePassword } from "./credential.ts";
import { type AccountDraft, draftAccount } from "./draft.ts";
import { findAccount, soughtBy } from "./find-account.ts";
import { type AccountWork, alreadyExists, makeAccount } from "./make-account.ts";
import { lockName } from "./naming.ts";
import { fingerprint } from "./proof.ts";

/** One account, made from whatever the caller knows of it; `already-exists` with whoever has the name. */
export function createAccount(
  parts: Parts,
  request: AccountRequest,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<CreatedAccount>> {
  const loginSha256 = parts.options.sha256(lockName(request));
  const target: ChangeTarget = { loginSha256 };
  return parts.changes.run(
    {
      kind: "create-account",
      lock: `login:${loginSha256}`,
      target,
      plan: (inner) => planAccount(parts, request, target, inner),
    },
    context,
    signal,
  );
}

async function planAccount(
  parts: Parts,
  request: AccountRequest,
  target: ChangeTarget,
  signal: AbortSignal,
): Promise<Plan<CreatedAccount>> {
  const { directory, options } = parts;
  const pool = await directory.describePool(signal);
  const draft = draftAccount(pool, request);
  const password = choosePassword(pool, request.credential, options.randomBelow);
  const inviteBy = mediaOf(draft);
  const there = await findAccount(parts, pool, soughtBy(draft), signal);
  if (there !== undefined) return { kind: "nothing-to-do", result: alreadyExists(there) };

  // Cognito makes every password of AdminCreateUser a temporary one, and an invitation can carry no other.
  const twoSteps = password !== undefined && !password.temporary && inviteBy.length === 0;
  const username = draft.username ?? options.newId();
  const made = fingerprint(options, options.newId(), draft.attributes);
  // A username of ours names the account for good; an address is needed only where Cognito generates the username.
  const sought =
    draft.username === undefined ? ({ by: "username", name: username } as const) : soughtBy(draft);
  const work: AccountWork = {
    pool,
    target,
    newUser: {
      username,
      attributes: draft.attributes,
      temporaryPassword: twoSteps ? undefined : password?.secret,
      inviteBy,
    },
    draft,
    sought,
    made,
    password,
    twoSteps,
    facts: { ...sought, ...made, twoSteps, invite: draft.invite, generated: password?.generated ?? false },
  };
  return {
    kind: "change",
    steps: twoSteps ? ["AdminCreateUser", "AdminSetUserPassword"] : ["AdminCreateUser"],
    preview: {
      state: "created",
      user: undefined,
      password: undefined,
      actionRequired: undefined,
      invitationExpiresAt: undefined,
    },
    budgets: draft.invite ? ["invitations"] : [],
    facts: work.facts,
    apply: (steps) => makeAccount(parts, work, steps),
  };
}

/** What the invitation goes out by. Left to Cognito it would be SMS, whatever the account has (L-03, mark 40). */
function mediaOf({ invite, attributes }: AccountDraft): readonly Medium[] {
  if (!invite) return [];
  if (attributes.has("email")) return ["EMAIL"];
  if (attributes.has("phone_number")) return ["SMS"];
  throw new GovernanceError(
    "invalid-argument",
    "profile.sendInviteEmail: there is nothing to send the invitation to; give an e-mail address or profile.phone_number",
  );
}
