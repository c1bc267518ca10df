import type { ChangeTarget } from "../../core/change.ts";
import type { Made, NewUser, Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { RecoveryHints } from "../../core/journal.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import { groupsOfUser } from "../groups/listings.ts";
import { addMemberStep } from "../groups/membership-steps.ts";
import type { CreatedAccount } from "../provisioner.ts";
import { goneIsDone } from "../steps.ts";
import { disableStep } from "../users/access-steps.ts";
import { callOnceVisible, readBack, retryUntilVisible } from "../visibility.ts";
import { type ChosenPassword, firstPasswordIsSet } from "./credentials.ts";
import type { AccountDraft } from "./draft.ts";
import { alreadyExists } from "./existing-account.ts";
import { type AccountLookup, findAccount, lookupOf, userByName } from "./find-account.ts";
import { type CreationProof, isMadeByUs } from "./proof.ts";

/** Everything about a new account that is decided before the first call. */
export interface AccountWork {
  readonly pool: Pool;
  readonly target: ChangeTarget;
  readonly newUser: NewUser;
  readonly draft: AccountDraft;
  /** By what the account is found once it is made. */
  readonly lookup: AccountLookup;
  readonly proof: CreationProof;
  readonly password: ChosenPassword | undefined;
  /** A password that is not temporary takes a second call. */
  readonly twoSteps: boolean;
  /** The account is made disabled. */
  readonly disabled: boolean;
  readonly groups: readonly string[];
  readonly hints: RecoveryHints;
}

/** The result of AdminCreateUser: our account, perhaps with a failure, or the account of another request. */
type Creation =
  | { readonly ours: true; readonly user: User; readonly failure: GovernanceError | undefined }
  | { readonly ours: false; readonly user: User };

const DAY_MS = 24 * 60 * 60_000;

/** The calls that make an account. A half-made account is deleted again, or reported (D15). */
export async function makeAccount(deps: Deps, work: AccountWork, steps: Steps): Promise<CreatedAccount> {
  const { users } = deps;
  const hints = { ...work.hints, createAtMs: deps.now() };
  await steps.note({ hints });
  const creation = await create(deps, work, steps);
  const { user } = creation;
  if (!creation.ours) {
    return await alreadyExists(deps, user, work, steps.signal);
  }
  users.remember(user);
  const known = { ...hints, sub: user.sub, username: user.username };
  await steps.note({ hints: known, target: { ...work.target, user: user.sub } });
  await complete(deps, { ...work, hints }, user, steps);
  return await answer(deps, work, creation, steps);
}

async function create(deps: Deps, work: AccountWork, steps: Steps): Promise<Creation> {
  const { directory } = deps;
  const fromMs = deps.now();
  let failure: GovernanceError | undefined;
  let otherAccount: User | undefined;
  try {
    const { made: user } = await steps.make(
      "AdminCreateUser",
      async (signal) => {
        try {
          return await directory.createUser(
            { ...work.newUser, clientMetadata: steps.clientMetadata },
            signal,
          );
        } catch (error) {
          failure = GovernanceError.from(error);
          throw failure;
        }
      },
      async (signal): Promise<Reconciled<Made<User>>> => {
        const found = await retryUntilVisible(
          deps,
          (inner) => findAccount(deps, work.pool, work.lookup, inner),
          signal,
        );
        if (found === undefined) return { state: "not-done" };
        if (isMadeByUs(deps, work.proof, found, fromMs, deps.now())) {
          return { state: "done", receipt: { made: found, requestId: failure?.requestId } };
        }
        otherAccount = found;
        return { state: "unknown" };
      },
    );
    return { ours: true, user, failure };
  } catch (error) {
    const refused = GovernanceError.from(error);
    if (otherAccount !== undefined) throw notProvablyOurs(refused, otherAccount);
    if (refused.reason !== "user-exists" && refused.reason !== "alias-exists") throw refused;
    // Another process was faster.
    const user =
      refused.reason === "alias-exists"
        ? undefined
        : await retryUntilVisible(
            deps,
            (inner) => findAccount(deps, work.pool, lookupOf(work.draft), inner),
            steps.signal,
          );
    if (user !== undefined) return { ours: false, user };
    throw await nameInUse(deps, work.draft, refused, steps.signal);
  }
}

/**
 * The calls after AdminCreateUser. The account is disabled before it can be signed in to, and gets its groups last. When a
 * call fails, the account is deleted, if it is still as this change made it (L-01, mark 42).
 */
async function complete(deps: Deps, work: AccountWork, user: User, steps: Steps): Promise<void> {
  const known = { ...work.hints, sub: user.sub, username: user.username };
  const next = () => steps.note({ hints: { ...known, lastCallAtMs: deps.now() } });
  try {
    if (work.disabled) {
      await next();
      await disableStep(deps, steps, user, (call, signal) => callOnceVisible(deps, call, signal));
    }
    if (work.twoSteps) {
      await next();
      await setFirstPassword(deps, work, user, steps);
    }
    for (const group of work.groups) {
      await next();
      await addMemberStep(deps, steps, user, group, (call, signal) => callOnceVisible(deps, call, signal));
    }
  } catch (error) {
    if (await isAsMade(deps, work, user, steps.signal)) {
      const gone = await steps.takeBack("all", "AdminDeleteUser", (signal) =>
        goneIsDone(deps.directory.deleteUser(user.username, signal)),
      );
      if (gone) deps.recentMembers.forgetUser(user.username);
    }
    throw error;
  }
}

async function setFirstPassword(deps: Deps, work: AccountWork, created: User, steps: Steps): Promise<void> {
  const { directory } = deps;
  const { password } = work;
  if (password === undefined) return;
  const set = (signal: AbortSignal): Promise<Receipt> =>
    directory.setPassword(created.username, password.secret, true, signal);
  // Where accounts live without a password, the time of the last change shows that one was set: disabling moves it too.
  const isDated = work.disabled && created.status === "CONFIRMED";
  const user = isDated ? await readBack(deps, created, steps.signal) : created;
  await steps.make(
    "AdminSetUserPassword",
    (signal) => callOnceVisible(deps, () => set(signal), signal),
    (signal) => firstPasswordIsSet(deps, user, set, signal),
  );
}

/** Reads again: it is the same account, and nobody else has signed in to it, disabled it or put it into a group. */
async function isAsMade(deps: Deps, work: AccountWork, user: User, signal: AbortSignal): Promise<boolean> {
  try {
    const now = await retryUntilVisible(deps, (inner) => deps.users.reread(user, inner), signal);
    if (now === undefined || now.createdAt.getTime() !== user.createdAt.getTime()) return false;
    if (!now.enabled && !work.disabled) return false;
    if (now.status !== user.status && now.status !== "CONFIRMED") return false;
    // A role that only makes accounts may lack the right to read groups.
    if (work.groups.length === 0) return true;
    const memberOf = await groupsOfUser(deps.directory, now.username, signal);
    return [...memberOf].every((name) => work.groups.includes(name));
  } catch {
    // Not proven; the failure of the call itself is the one to report.
    return false;
  }
}

async function answer(
  deps: Deps,
  work: AccountWork,
  { user: created, failure }: Extract<Creation, { ours: true }>,
  steps: Steps,
): Promise<CreatedAccount> {
  const { password, draft, pool } = work;
  const hasMoreCalls = work.twoSteps || work.disabled || work.groups.length > 0;
  const made: User = {
    ...created,
    enabled: created.enabled && !work.disabled,
    status: work.twoSteps ? "CONFIRMED" : created.status,
  };
  const user = hasMoreCalls ? await readBack(deps, made, steps.signal) : created;
  const waits = user.status === "FORCE_CHANGE_PASSWORD";
  const sent = failure === undefined || failure.reason === "outcome-unknown";
  const validMs = pool.passwordPolicy.temporaryPasswordValidityDays * DAY_MS;
  return {
    state: "created",
    user,
    password: password?.generated === true ? password.secret : undefined,
    actionRequired: actionRequired(draft.invite, failure),
    nextStep: waits && password === undefined && !draft.invite ? NO_PASSWORD_YET : undefined,
    invitationExpiresAt: draft.invite && waits && sent ? new Date(deps.now() + validMs) : undefined,
  };
}

const NO_PASSWORD_YET =
  "nobody knows the password of the account: send an invitation, or set or rotate the password";

function actionRequired(invite: boolean, failure: GovernanceError | undefined): string | undefined {
  const again = invite ? ", then send the invitation again" : "";
  if (failure?.reason === "trigger-failed") {
    return `the account exists, but a Lambda trigger of the pool failed after it was made: check the log of the trigger${again}`;
  }
  if (failure?.code === "resource-exhausted") {
    return "the account exists, but a limit of messages is reached, so the invitation was not sent: send it again later";
  }
  if (failure?.reason === "delivery-failed") {
    return `the account exists, but Cognito could not send the invitation: correct the pool's e-mail and SMS settings${again}`;
  }
  if (failure !== undefined && invite) {
    return "the account exists, but it is not known whether the invitation was sent: send it again if it does not arrive";
  }
  return undefined;
}

function notProvablyOurs(failure: GovernanceError, { sub }: User): GovernanceError {
  return failure.with({
    message: `AdminCreateUser: the answer was lost. An account with this name exists now (user ${sub}), but there is no proof that this request made it, so it is not changed`,
    cause: failure,
    retryAt: undefined,
  });
}

const SIGN_IN_NAMES = ["email", "phone_number", "preferred_username"] as const;

/** The refusal of a sign-in name that another account has. It says which kind of name, and never the name. */
async function nameInUse(
  deps: Pick<Deps, "directory">,
  { attributes }: AccountDraft,
  refused: GovernanceError,
  signal: AbortSignal,
): Promise<GovernanceError> {
  const sent = SIGN_IN_NAMES.filter((name) => attributes.has(name));
  const taken: string[] = [];
  for (const name of sent) {
    const value = attributes.get(name) ?? "";
    // Finds only an account that can sign in by the name.
    const holder = await userByName(deps, value, signal).catch(() => undefined);
    if (holder?.attributes.get(name)?.toLowerCase() === value.toLowerCase()) taken.push(name);
  }
  const names = (taken.length > 0 ? taken : sent).map((name) => `profile.${name}`).join(" or ");
  return new GovernanceError(
    "already-exists",
    `${names === "" ? "login" : names}: another account of the pool already signs in by it, and keeps it`,
    {
      cause: refused,
      ...(refused.reason === undefined ? {} : { reason: refused.reason }),
      ...(refused.requestId === undefined ? {} : { requestId: refused.requestId }),
    },
  );
}
