import { constants, type KeyObject, publicEncrypt } from "node:crypto";
import { type Recipient, Stanza } from "age-encryption";
import { sshKeyTag, sshNumber, sshStrings } from "./ssh-wire.ts";

const KIND = "ssh-rsa";
const LABEL = "age-encryption.org/v1/ssh-rsa";

/** The `ssh-rsa` stanza of age: the file key under RSA-OAEP with SHA-256. Numbers are big-endian bytes. */
export function rsaRecipient(key: KeyObject, modulus: Uint8Array, exponent: Uint8Array): Recipient {
  const tag = sshKeyTag(sshStrings(Buffer.from(KIND), sshNumber(exponent), sshNumber(modulus)));
  return {
    wrapFileKey(fileKey) {
      const body = publicEncrypt(
        { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256", oaepLabel: Buffer.from(LABEL) },
        fileKey,
      );
      return [new Stanza([KIND, tag], body)];
    },
  };
}
