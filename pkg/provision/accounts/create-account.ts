import type { ChangeTarget } from "../../core/change.ts";
import type { Medium } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { Plan } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import { checkGrantable, checkGroupCount } from "../groups/membership-steps.ts";
import { invitationMedia } from "../invitation-media.ts";
import type { AccountRequest, CreatedAccount } from "../provisioner.ts";
import { choosePassword } from "./credentials.ts";
import { type AccountDraft, draftAccount } from "./draft.ts";
import { alreadyExists } from "./existing-account.ts";
import { findAccount, lookupOf } from "./find-account.ts";
import { type AccountWork, makeAccount } from "./make-account.ts";
import { lockName } from "./naming.ts";
import { creationProof } from "./proof.ts";
import { reconcileAccount } from "./reconcile-account.ts";

/** Makes one account from what the caller knows of it. The result is `already-exists` when its name is taken. */
export function createAccountCreation(deps: Deps): Family<"createAccount", "create-account"> {
  return {
    methods: {
      async createAccount(request, context, signal) {
        const login = lockName(request);
        const loginSha256 = deps.sha256(login);
        const target: ChangeTarget = login === "" ? {} : { loginSha256 };
        return await deps.changes.run(
          {
            kind: "create-account",
            lock: `login:${loginSha256}`,
            target,
            plan: (inner) => planAccount(deps, request, target, inner),
          },
          context,
          signal,
        );
      },
    },
    reconcile: { "create-account": (change, steps) => reconcileAccount(deps, change, steps) },
  };
}

async function planAccount(
  deps: Deps,
  request: AccountRequest,
  target: ChangeTarget,
  signal: AbortSignal,
): Promise<Plan<CreatedAccount>> {
  const { newId, randomBelow } = deps;
  const groups = [...new Set(request.groups)];
  for (const name of groups) await checkGrantable(deps, name, signal);
  checkGroupCount(deps, "the user", 0, groups.length);
  const disabled = request.enabled === false;
  const pool = await deps.pool(signal);
  const draft = draftAccount(pool, request);
  const password = choosePassword(pool, request.credential, randomBelow);
  const inviteBy = await mediaOf(draft, pool);
  const there = await findAccount(deps, pool, lookupOf(draft), signal);
  if (there !== undefined) {
    const asked = { pool, draft, password, disabled, groups };
    return { kind: "nothing-to-do", result: await alreadyExists(deps, there, asked, signal) };
  }

  // AdminCreateUser makes every password a temporary one, and an invitation can only contain a temporary one.
  const twoSteps = password !== undefined && !password.temporary && inviteBy.length === 0;
  const username = draft.username ?? newId();
  const proof = creationProof(deps, newId(), pool, draft.attributes);
  // Our own username identifies the account. An address is needed only where Cognito generates the username.
  const lookup =
    draft.username === undefined ? ({ by: "username", name: username } as const) : lookupOf(draft);
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
    lookup,
    proof,
    password,
    twoSteps,
    disabled,
    groups,
    hints: {
      ...lookup,
      ...proof,
      twoSteps,
      invite: draft.invite,
      generated: password?.generated ?? false,
      disabled,
      groups,
    },
  };
  return {
    kind: "change",
    steps: [
      "AdminCreateUser",
      ...(disabled ? (["AdminDisableUser"] as const) : []),
      ...(twoSteps ? (["AdminSetUserPassword"] as const) : []),
      ...groups.map(() => "AdminAddUserToGroup" as const),
    ],
    preview: {
      state: "created",
      user: undefined,
      password: undefined,
      actionRequired: undefined,
      nextStep: undefined,
      invitationExpiresAt: undefined,
    },
    budgets: draft.invite ? ["invitations"] : [],
    hints: work.hints,
    ...(groups.length === 0 ? {} : { undo: { addedGroups: groups } }),
    apply: (steps) => makeAccount(deps, work, steps),
  };
}

/** How the invitation is sent. Never left to Cognito, which would take SMS for every account (L-03, mark 40). */
async function mediaOf(
  { invite, deliverBy, attributes }: AccountDraft,
  pool: Pool,
): Promise<readonly Medium[]> {
  if (!invite) return [];
  return await invitationMedia({
    deliverBy,
    attributes,
    pool: async () => pool,
    refused: (problem) =>
      new GovernanceError(
        "invalid-argument",
        deliverBy === undefined
          ? "profile.sendInviteEmail: an invitation needs an e-mail address or profile.phone_number"
          : `profile.deliverInviteBy: the account ${problem}`,
      ),
  });
}
