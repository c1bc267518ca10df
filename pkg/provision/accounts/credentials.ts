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

/**
 * AdminSetUserPassword as one step. When the answer is lost it is sent once more, which sets the same password; a pool
 * with a history then refuses it as used before, and that says that the first one was done.
 */
export async function setPasswordStep(
  { directory }: Pick<Deps, "directory">,
  steps: Steps,
  username: string,
  password: Secret,
  permanent: boolean,
): Promise<void> {
  await steps.make(
    "AdminSetUserPassword",
    (signal) => directory.setPassword(username, password, permanent, signal),
    async (signal) => {
      try {
        return { state: "done", receipt: await directory.setPassword(username, password, permanent, signal) };
      } catch (error) {
        if (!(error instanceof GovernanceError) || error.reason !== "password-reused") throw error;
        return { state: "done", receipt: { requestId: error.requestId } };
      }
    },
  );
}

/**
 * Whether the first password of a new account was set although the answer was lost. It is sent once more, as by
 * `setPasswordStep`. When that answer is lost too, the account itself is the proof: nobody else has a password for it.
 */
export async function firstPasswordIsSet(
  { users }: Pick<Deps, "users">,
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
  const now = await users.reread(created, signal);
  const confirmed = now !== undefined && now.status === "CONFIRMED";
  const changed = confirmed && now.modifiedAt.getTime() > created.modifiedAt.getTime();
  // Where accounts live without a password the status was CONFIRMED before.
  return confirmed && (created.status !== "CONFIRMED" || changed)
    ? { state: "done", receipt: { requestId: undefined } }
    : { state: "not-done" };
}
