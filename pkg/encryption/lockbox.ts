import { createHash } from "node:crypto";
import { Encrypter, type Recipient } from "age-encryption";
import { CompactEncrypt } from "jose";
import { isPrivateKeyText, PRIVATE_KEY_REFUSED } from "./private-key.ts";
import { KeyRefused, type PublicJwk, parsePublicJwk } from "./public-jwk.ts";
import { ed25519Recipient } from "./ssh-ed25519.ts";
import { rsaRecipient } from "./ssh-rsa.ts";

/** One key of the caller. `encrypt` returns the content of `EncryptedData.encrypted_bytes`. */
export interface Lockbox {
  /** Deprecated in the protocol. Empty for age recipients: that provider has never set it. */
  readonly keyId: string;
  readonly keyIds: readonly string[];
  encrypt(plaintext: Uint8Array): Promise<Uint8Array>;
}

/** For a public JWK as JSON. Throws `KeyRefused`. */
export function jwkLockbox(json: Uint8Array): Lockbox {
  const jwk = parsePublicJwk(json);
  const encrypt = encryptionFor(jwk);
  return {
    keyId: jwk.id,
    keyIds: [jwk.id],
    // This provider encodes both binary age files and the text of a JWE in base64.
    encrypt: async (plaintext) => Buffer.from(Buffer.from(await encrypt(plaintext)).toString("base64")),
  };
}

/** For one `age1…` or `age1pq1…` recipient. Throws `KeyRefused`. */
export function ageLockbox(recipient: string): Lockbox {
  if (recipient === "") throw new KeyRefused("is empty: give one age1… or age1pq1… recipient");
  if (isPrivateKeyText(recipient)) throw new KeyRefused(PRIVATE_KEY_REFUSED);
  if (/\s/.test(recipient))
    throw new KeyRefused("contains white space: give one age1… or age1pq1… recipient");
  // Recipients of plugins and hardware tags look similar; the SDK accepts these two kinds, in lower case.
  if (!/^age1(pq1)?[02-9ac-hj-np-z]+$/.test(recipient)) {
    throw new KeyRefused("is not an age1… or age1pq1… recipient");
  }
  const encrypter = new Encrypter();
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new KeyRefused("is not a valid age1… or age1pq1… recipient: a character is wrong or missing");
  }
  return {
    keyId: "",
    keyIds: [createHash("sha256").update(recipient).digest("hex")],
    encrypt: (plaintext) => encrypter.encrypt(plaintext),
  };
}

function encryptionFor(jwk: PublicJwk): (plaintext: Uint8Array) => Promise<Uint8Array> {
  switch (jwk.kind) {
    case "ed25519":
      return ageFile(validEd25519Recipient(jwk.bytes));
    case "rsa":
      return ageFile(rsaRecipient(jwk.key, jwk.modulus, jwk.exponent));
    case "ec":
      return async (plaintext) => {
        const jwe = await new CompactEncrypt(plaintext)
          .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" })
          .encrypt(jwk.key);
        return Buffer.from(jwe);
      };
  }
}

function validEd25519Recipient(publicKey: Uint8Array): Recipient {
  try {
    return ed25519Recipient(publicKey);
  } catch {
    throw new KeyRefused("is not a usable point on the curve Ed25519");
  }
}

function ageFile(recipient: Recipient): (plaintext: Uint8Array) => Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return (plaintext) => encrypter.encrypt(plaintext);
}
