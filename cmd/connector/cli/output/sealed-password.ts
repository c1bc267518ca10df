import { sealedPassword } from "../../../../pkg/connector/provisioning/sealing.ts";
import type { Secret } from "../../../../pkg/core/secret.ts";
import type { Sealer } from "../../../../pkg/encryption/sealer.ts";
import type { EncryptedData } from "../../../../pkg/protocol/messages.ts";

export interface SealedCells {
  readonly details: {
    readonly encrypted_password: string | undefined;
    readonly encrypted_with: string | undefined;
  };
  readonly says: readonly string[];
}

/** The encrypted password as cells and as lines for people; nothing without a password or a sealer. */
export async function sealedCells(
  sealer: Sealer | undefined,
  password: Secret | undefined,
  applied: string,
): Promise<SealedCells> {
  const none = { details: { encrypted_password: undefined, encrypted_with: undefined }, says: [] };
  if (sealer === undefined || password === undefined) return none;
  const [sealed] = await sealedPassword(sealer, password, applied);
  return sealed === undefined ? none : cellsOf(sealed);
}

/** The cells of a password that is encrypted already. */
export function cellsOf(sealed: EncryptedData): SealedCells {
  const bytes = Buffer.from(sealed.encryptedBytes);
  // The bytes of this provider are base64 already. Encoding them again would make people decode twice.
  const text = bytes.toString(sealed.provider === "baton/jwk/v1" ? "latin1" : "base64");
  return {
    details: { encrypted_password: text, encrypted_with: sealed.provider },
    says: [`the password, encrypted with ${sealed.provider}, in base64:`, text],
  };
}
