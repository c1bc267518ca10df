import type { ChangeTarget } from "../../core/change.ts";
import type { Made, NewUser, Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { ChangeFacts } from "../../core/journal.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import { goneIsDone } from "../groups/gone.ts";
import type { Parts } from "../parts.ts";
import type { Settled, Steps } from "../plan.ts";
import type { CreatedAccount } from "../provisioner.ts";
import { readBack } from "../read-back.ts";
import type { ChosenPassword } from "./credential.ts";
import type { AccountDraft } from "./draft.ts";
import { findAccount, patiently, type Sought, soughtBy } from "./find-account.ts";
import { firstPasswordIsSet } from "./first-password.ts";
import { nameInUse } from "./name-in-use.ts";
import { type Fingerprint, isMadeByUs } from "./proof.ts";

/** Everything about an account to be made that is decided before the first call. */
export interface AccountWork {
  readonly pool: Pool;
  readonly target: ChangeTarget;
  readonly newUser: NewUser;
  readonly draft: AccountDraft;
  /** What it is found by once it is made. */
  readonly sought: Sought;
  readonly made: Fingerprint;
  readonly password: ChosenPassword | undefined;
  /** The password is no temporary one, which takes a second call. */
  readonly twoSteps: boolean;
  readonly facts: ChangeFacts;
}

/** What came of AdminCreateUser: an account of ours, with the failure that came along, or somebody else's. */
type Creation =
  | { readonly ours: true; readonly user: User; readonly failure: GovernanceError | undefined }
  | { readonly ours: false; readonly user: User };

const DAY_MS = 24 * 60 * 60_000;

/** The calls that make an account; what they leave half made is taken back, or told (D15). */
export async function makeAccount(parts: Parts, work: AccountWork, steps: Steps): Promise<CreatedAccount> {
  const { options, users } = parts;
  const facts = { ...work.facts, createAtMs: options.now() };
  steps.note({ facts });
  const creation = await create(parts, work, steps);
  const { user } = creation;
  if (!creation.ours) {
    return alreadyExists(user);
  }
  users.learn(user);
  const known = { ...facts, sub: user.sub, username: user.username };
  steps.note({ facts: known, target: { ...work.target, user: user.sub } });
  if (work.twoSteps) {
    steps.note({ facts: { ...known, passwordAtMs: options.now() } });
    await setFirstPassword(parts, work, user, steps);
  }
  return await answer(parts, work, creation, steps);
}

/** The answer for an account that is there without us. */
export function alreadyExists(user: User): CreatedAccount {
  return {
    state: "already-exists",
    user,
    password: undefined,
    actionRequired: undefined,
    invitationExpiresAt: undefined,
  };
}

async function create(parts: Parts, work: AccountWork, steps: Steps): Promise<Creation> {
  const { directory, options } = parts;
  const fromMs = options.now();
  let failure: GovernanceError | undefined;
  let stranger: User | undefined;
  try {
    const { made: user } = await steps.make(
      "AdminCreateUser",
      async (signal) => {
        try {
          return await directory.createUser(work.newUser, signal);
        } catch (error) {
          failure = GovernanceError.from(error);
          throw failure;
        }
      },
      async (signal): Promise<Settled<Made<User>>> => {
        const found = await patiently(
          parts,
          (inner) => findAccount(parts, work.pool, work.sought, inner),
          signal,
        );
        if (found === undefined) return { state: "not-done" };
        if (isMadeByUs(options, work.made, found, fromMs, options.now())) {
          return { state: "done", receipt: { made: found, requestId: failure?.requestId } };
        }
        stranger = found;
        return { state: "unknown" };
      },
    );
    return { ours: true, user, failure };
  } catch (error) {
    const refused = GovernanceError.from(error);
    if (stranger !== undefined) throw notProvablyOurs(refused, stranger);
    if (refused.reason !== "user-exists" && refused.reason !== "alias-exists") throw refused;
    // Another process was quicker.
    const user =
      refused.reason === "alias-exists"
        ? undefined
        : await patiently(
            parts,
            (inner) => findAccount(parts, work.pool, soughtBy(work.draft), inner),
            steps.signal,
          );
    if (user !== undefined) return { ours: false, user };
    throw await nameInUse(parts, work.draft, refused, steps.signal);
  }
}

/** AdminSetUserPassword; the account goes again when that fails and it is as this change made it (L-01, mark 42). */
async function setFirstPassword(parts: Parts, work: AccountWork, user: User, steps: Steps): Promise<void> {
  const { directory, users } = parts;
  const { password } = work;
  if (password === undefined) return;
  const set = (signal: AbortSignal): Promise<Receipt> =>
    directory.setPassword(user.username, password.secret, true, signal);
  try {
    await steps.make(
      "AdminSetUserPassword",
      (signal) => onceVisible(parts, () => set(signal), signal),
      (signal) => firstPasswordIsSet(users, user, set, signal),
    );
  } catch (error) {
    if (await isAsMade(parts, user, steps.signal)) {
      await steps.takeBack(1, "AdminDeleteUser", (signal) =>
        goneIsDone(directory.deleteUser(user.username, signal)),
      );
    }
    throw error;
  }
}

/** The next call may not see the account yet (mark 50). */
async function onceVisible(
  parts: Parts,
  call: () => Promise<Receipt>,
  signal: AbortSignal,
): Promise<Receipt> {
  let gone: GovernanceError | undefined;
  const receipt = await patiently(
    parts,
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

/** Read again: the very account, and nobody has signed in to it or switched it off. */
async function isAsMade(parts: Parts, user: User, signal: AbortSignal): Promise<boolean> {
  try {
    const now = await patiently(parts, (inner) => parts.users.again(user, inner), signal);
    return (
      now !== undefined &&
      now.createdAt.getTime() === user.createdAt.getTime() &&
      now.enabled &&
      (now.status === user.status || now.status === "CONFIRMED")
    );
  } catch {
    // Not proven; the failure of the call itself is the one to tell.
    return false;
  }
}

async function answer(
  parts: Parts,
  work: AccountWork,
  { user: created, failure }: Extract<Creation, { ours: true }>,
  steps: Steps,
): Promise<CreatedAccount> {
  const { password, draft, pool } = work;
  const user = work.twoSteps ? await readBack(parts, created, steps.signal) : created;
  const waits = user.status === "FORCE_CHANGE_PASSWORD";
  const sent = failure === undefined || failure.reason === "outcome-unknown";
  const validMs = pool.passwordPolicy.temporaryPasswordValidityDays * DAY_MS;
  return {
    state: "created",
    user,
    password: password?.generated === true ? password.secret : undefined,
    actionRequired: actionRequired(draft.invite, failure, waits && password === undefined),
    invitationExpiresAt: draft.invite && waits && sent ? new Date(parts.options.now() + validMs) : undefined,
  };
}

function actionRequired(
  invite: boolean,
  failure: GovernanceError | undefined,
  passwordUnknown: boolean,
): string | undefined {
  const again = invite ? ", then send the invitation again" : "";
  if (failure?.reason === "trigger-failed") {
    return `the account exists, but a Lambda trigger of the pool failed after it was made: look into its log${again}`;
  }
  if (failure?.reason === "delivery-failed") {
    return `the account exists, but Cognito could not send the invitation: put the pool's e-mail and SMS settings right${again}`;
  }
  if (failure !== undefined && invite) {
    return "the account exists, but whether the invitation went out is not known: send it again if it does not arrive";
  }
  return passwordUnknown && !invite
    ? "nobody knows the password of the account: send an invitation, or set or rotate the password"
    : undefined;
}

function notProvablyOurs(failure: GovernanceError, { sub }: User): GovernanceError {
  return failure.with({
    message: `AdminCreateUser: the answer was lost, and an account with this name is there now (user ${sub}) that cannot be shown to come from this request; it is left as it is`,
    cause: failure,
    retryAt: undefined,
  });
}
