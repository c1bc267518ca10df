import { generatePassword } from "../../core/passwords/generate.ts";
import type { Pool } from "../../core/pool.ts";
import type { Secret } from "../../core/secret.ts";
import type { RandomBelow } from "../options.ts";
import type { Credential } from "../provisioner.ts";
import { checkPassword } from "../users/set-password.ts";

/** A password that the pool's policy takes, and whether its owner must change it at the first sign-in. */
export interface ChosenPassword {
  readonly secret: Secret;
  readonly temporary: boolean;
  /** Nobody but us knows it. */
  readonly generated: boolean;
}

/**
 * The password of the credential options, made or judged by the pool's policy before anything is written (L-02, mark 41).
 * Rejects with `invalid-argument` naming credential_options.
 */
export function choosePassword(
  pool: Pool,
  credential: Credential,
  randomBelow: RandomBelow,
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
