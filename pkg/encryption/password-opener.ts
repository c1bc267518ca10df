import { Decrypter } from "age-encryption";
import { GovernanceError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { EncryptedData } from "../protocol/messages.ts";
import { fromBase64 } from "./base64.ts";
import { clientKeyOf } from "./client-secret.ts";
import { ed25519Identity } from "./ssh-ed25519.ts";

/** Decrypts passwords that the caller encrypted to the connector's own key. */
interface PasswordOpener {
  /**
   * The password of the first entry that has our key in its `key_ids`. Throws `invalid-argument` when there is no such
   * entry, or the password is not UTF-8, and `internal` when it cannot be decrypted.
   */
  open(encrypted: readonly EncryptedData[]): Promise<Secret>;
}

const MAX_ENTRIES = 16;

/** Throws `invalid-argument` that names the setting, and has no part of the secret. */
export function createPasswordOpener(clientSecret: string): PasswordOpener {
  const { id, seed } = clientKeyOf(clientSecret);
  const decrypter = new Decrypter();
  decrypter.addIdentity(ed25519Identity(seed));
  return {
    async open(encrypted) {
      if (encrypted.length > MAX_ENTRIES) {
        throw new GovernanceError(
          "invalid-argument",
          `encrypted_passwords has ${encrypted.length} entries: give at most ${MAX_ENTRIES}`,
        );
      }
      const ours = encrypted.find(({ keyIds }) => keyIds.includes(id));
      if (ours === undefined) {
        throw new GovernanceError(
          "invalid-argument",
          "no entry of encrypted_passwords has the key of client-secret in its key_ids: encrypt the password to that key",
        );
      }
      return decodedPassword(await plaintextOf(decrypter, ours));
    },
  };
}

async function plaintextOf(decrypter: Decrypter, { encryptedBytes }: EncryptedData): Promise<Uint8Array> {
  try {
    const file = fromBase64(Buffer.from(encryptedBytes).toString("latin1"));
    if (file === undefined) throw new Error("not base64");
    return await decrypter.decrypt(file);
  } catch {
    // Without its cause: an error that may quote the plaintext must not reach a log.
    throw new GovernanceError(
      "internal",
      "an entry of encrypted_passwords names the key of client-secret, but cannot be decrypted with it",
    );
  }
}

function decodedPassword(plaintext: Uint8Array): Secret {
  try {
    return new Secret(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plaintext));
  } catch {
    throw new GovernanceError("invalid-argument", "the password in encrypted_passwords is not UTF-8");
  }
}
