import { GovernanceError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import type { EncryptedData, EncryptionConfig } from "../../protocol/messages.ts";

/** Encrypts a password to every key of the caller. */
export interface AnswerSealer {
  /** The number of keys. With 0, nobody can read what is sealed. */
  readonly recipients: number;
  seal(name: string, description: string, secret: Secret): Promise<readonly EncryptedData[]>;
}

/** How passwords are received and returned (D16). */
export interface PasswordSealing {
  /** Rejects with `invalid-argument` for a key that cannot be used for encryption. */
  sealer(configs: readonly EncryptionConfig[]): Promise<AnswerSealer>;
  /** Decrypts a password that was encrypted to the connector's own key; undefined if it has no key. */
  readonly open: ((encrypted: readonly EncryptedData[]) => Promise<Secret>) | undefined;
}

/** The name under which the Baton SDK hands out passwords. */
const PASSWORD = "password";

/**
 * A generated password for the answer. `effect` is what has been done in the pool: when sealing fails it is not undone, so
 * the error carries it in `appliedEffects`.
 */
export async function sealedPassword(
  sealer: AnswerSealer,
  password: Secret | undefined,
  effect: string,
): Promise<EncryptedData[]> {
  if (password === undefined) return [];
  try {
    return [...(await sealer.seal(PASSWORD, "The password of the Cognito user", password))];
  } catch (error) {
    const { code, message } = GovernanceError.from(error);
    // Without the cause, which may contain the password.
    throw new GovernanceError(
      code,
      `${message}; ${effect}, and nobody knows its password: rotate the credential to get a new one`,
      { appliedEffects: [effect] },
    );
  }
}
