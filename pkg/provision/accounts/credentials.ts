import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import { passwordProblem } from "../../core/passwords/check.ts";
import { generatePassword } from "../../core/passwords/generate.ts";
import type { Pool } from "../../core/pool.ts";
import type { Secret } from "../../core/secret.ts";
import type { User } from "../../core/user.ts";
import type { Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Credential } from "../provisioner.ts";
import { reconcileUser } from "../users/user-change.ts";

/** A password that the pool's policy takes, and whether its owner must change it at the first sign-in. */
export interface ChosenPassword {
  readonly secret: Secret;
  readonly temporary: boolean;
  /** Only the connector knows it. */
  readonly generated: boolean;
}

/**
 * The password of the credential options, made or judged by the pool's policy before anything is written (L-02, mark 41).
 * Rejects with `invalid-argument` naming credential_options.
 */
export function choosePassword(
  pool: Pool,
  credential: Credential,
  randomBelow: Deps["randomBelow"],
): ChosenPassword | undefined {
  if (credential.kind === "none") return undefined;
  const { temporary } = credential;
  if (credential.kind === "given") {
    checkPassword(pool, credential.password, "credential_options");
    return { secret: credential.password, temporary, generated: false };
  }
  const { length, constraints } = credential;
  const wish = {
    ...(length === undefined ? {} : { length }),
    ...(constraints === undefined ? {} : { constraints }),
  };
  return { secret: generatePassword(pool.passwordPolicy, wish, randomBelow), temporary, generated: true };
}

/** Refuses a password that the pool's policy would refuse, before anything is written (L-02, mark 41). */
export function checkPassword(pool: Pool, password: Secret, field: string): void {
  const problem = passwordProblem(pool.passwordPolicy, password.reveal());
  if (problem !== undefined) {
    throw new GovernanceError("invalid-argument", `${field}: ${problem}`, { reason: "password-refused" });
  }
}

/** The user as AdminSetUserPassword leaves it. */
export function withPassword(user: User, permanent: boolean): User {
  return { ...user, status: permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD" };
}

/** A password for an account that exists. */
interface NewPassword {
  readonly secret: Secret;
  readonly permanent: boolean;
  /** The connector made it, so no account has had it before. */
  readonly generated: boolean;
}

/**
 * AdminSetUserPassword as one step. When the answer is lost it is sent once more, which sets the same password. A pool with
 * a history may refuse it then as used before: since the first call, or long before it. That the account has changed since
 * `read` proves the first; undefined: other calls of this change have changed it since it was read.
 */
export async function setPasswordStep(
  deps: Pick<Deps, "directory" | "sleep" | "users">,
  steps: Steps,
  username: string,
  { secret, permanent, generated }: NewPassword,
  read: User | undefined,
): Promise<void> {
  const set = (signal: AbortSignal): Promise<Receipt> =>
    deps.directory.setPassword(username, secret, permanent, signal);
  await steps.make("AdminSetUserPassword", set, async (signal) => {
    try {
      return { state: "done", receipt: await set(signal) };
    } catch (error) {
      if (!(error instanceof GovernanceError) || error.reason !== "password-reused") throw error;
      if (generated) return { state: "done", receipt: { requestId: error.requestId } };
      if (read === undefined) return { state: "unknown" };
      const found = await reconcileUser(deps, read, ({ modifiedAt }) => modifiedAt > read.modifiedAt, signal);
      return found.state === "done" ? found : { state: "unknown" };
    }
  });
}

/**
 * Whether the first password of a new account was set although the answer was lost. It is sent once more, as by
 * `setPasswordStep`. When that answer is lost too, the account itself is the proof: nobody else has a password for it.
 */
export async function firstPasswordIsSet(
  deps: Pick<Deps, "sleep" | "users">,
  created: User,
  set: (signal: AbortSignal) => Promise<Receipt>,
  signal: AbortSignal,
): Promise<Reconciled<Receipt>> {
  try {
    return { state: "done", receipt: await set(signal) };
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (failure.reason === "password-reused") {
      return { state: "done", receipt: { requestId: failure.requestId } };
    }
  }
  return await reconcileUser(deps, created, (now) => hasFirstPassword(now, created), signal);
}

/** Where accounts live without a password the status was CONFIRMED before. */
function hasFirstPassword({ status, modifiedAt }: User, created: User): boolean {
  return status === "CONFIRMED" && (created.status !== "CONFIRMED" || modifiedAt > created.modifiedAt);
}
