import type { ChangeTarget } from "../../core/change.ts";
import type { Made, NewUser, Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { RecoveryHints } from "../../core/journal.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { CreatedAccount } from "../provisioner.ts";
import { goneIsDone } from "../steps.ts";
import { readBack, retryUntilVisible } from "../visibility.ts";
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
    return alreadyExists(user, work);
  }
  users.remember(user);
  const known = { ...hints, sub: user.sub, username: user.username };
  await steps.note({ hints: known, target: { ...work.target, user: user.sub } });
  if (work.twoSteps) {
    await steps.note({ hints: { ...known, passwordAtMs: deps.now() } });
    await setFirstPassword(deps, work, user, steps);
  }
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

/** AdminSetUserPassword. When it fails, the account is deleted, if it is still as this change made it (L-01, mark 42). */
async function setFirstPassword(deps: Deps, work: AccountWork, user: User, steps: Steps): Promise<void> {
  const { directory } = deps;
  const { password } = work;
  if (password === undefined) return;
  const set = (signal: AbortSignal): Promise<Receipt> =>
    directory.setPassword(user.username, password.secret, true, signal);
  try {
    await steps.make(
      "AdminSetUserPassword",
      (signal) => onceVisible(deps, () => set(signal), signal),
      (signal) => firstPasswordIsSet(deps, user, set, signal),
    );
  } catch (error) {
    if (await isAsMade(deps, user, steps.signal)) {
      await steps.takeBack(1, "AdminDeleteUser", (signal) =>
        goneIsDone(directory.deleteUser(user.username, signal)),
      );
    }
    throw error;
  }
}

/** The account may not be visible to the next call yet (mark 50). */
async function onceVisible(deps: Deps, call: () => Promise<Receipt>, signal: AbortSignal): Promise<Receipt> {
  let gone: GovernanceError | undefined;
  const receipt = await retryUntilVisible(
    deps,
    async () => {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof GovernanceError) || error.reason !== "user-gone") throw error;
        gone = error;
        return undefined;
      }
    },
    signal,
  );
  if (receipt === undefined) throw gone ?? new GovernanceError("internal", "AdminSetUserPassword: no answer");
  return receipt;
}

/** Reads again: it is the same account, and nobody has signed in to it or disabled it. */
async function isAsMade(deps: Deps, user: User, signal: AbortSignal): Promise<boolean> {
  try {
    const now = await retryUntilVisible(deps, (inner) => deps.users.reread(user, inner), signal);
    return (
      now !== undefined &&
      now.createdAt.getTime() === user.createdAt.getTime() &&
      now.enabled &&
      (now.status === user.status || now.status === "CONFIRMED")
    );
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
  const user = work.twoSteps ? await readBack(deps, created, steps.signal) : created;
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
