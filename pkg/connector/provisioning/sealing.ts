import { GovernanceError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import type { EncryptedData, EncryptionConfig } from "../../protocol/messages.ts";

/** Encrypts what is handed back, to every key of the caller. */
export interface PasswordSealer {
  /** How many keys there are. With none, whatever is sealed is lost. */
  readonly recipients: number;
  seal(name: string, description: string, secret: Secret): Promise<readonly EncryptedData[]>;
}

/** How passwords come in and go out (D16). */
export interface PasswordSealing {
  /** Rejects with `invalid-argument` for a key that nothing can be encrypted to. */
  sealer(configs: readonly EncryptionConfig[]): Promise<PasswordSealer>;
  /** Opens a password that was encrypted to the connector's own key; missing where it has none. */
  readonly open: ((encrypted: readonly EncryptedData[]) => Promise<Secret>) | undefined;
}

/** The name under which the Baton SDK hands out passwords. */
const PASSWORD = "password";

/**
 * A generated password for the answer. `effect` is what has been done in the pool: when sealing fails it is not undone, so
 * the error carries it in `appliedEffects`.
 */
export async function sealedPassword(
  sealer: PasswordSealer,
  password: Secret | undefined,
  effect: string,
): Promise<EncryptedData[]> {
  if (password === undefined) return [];
  try {
    return [...(await sealer.seal(PASSWORD, "The password of the Cognito user", password))];
  } catch (error) {
    const { code, message } = GovernanceError.from(error);
    // Without its cause, which has seen the password.
    throw new GovernanceError(
      code,
      `${message}; ${effect}, and nobody knows the password: rotate the credential for another`,
      { appliedEffects: [effect] },
    );
  }
}
