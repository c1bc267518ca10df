// What the owner of a key does with what was sealed to it, and keys to do it with.
import { constants, generateKeyPairSync, type JsonWebKey, type KeyObject, privateDecrypt } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { Decrypter, type Identity } from "age-encryption";
import { compactDecrypt } from "jose";
import { type EncryptionConfig, EncryptionConfigSchema } from "../protocol/messages.ts";
import { ed25519Identity } from "./ssh-ed25519.ts";

export function jwkConfig(jwk: JsonWebKey | string, provider = ""): EncryptionConfig {
  const pubKey = Buffer.from(typeof jwk === "string" ? jwk : JSON.stringify(jwk));
  return create(EncryptionConfigSchema, {
    provider,
    config: { case: "jwkPublicKeyConfig", value: { pubKey } },
  });
}

export function ageConfig(recipient: string, provider = ""): EncryptionConfig {
  return create(EncryptionConfigSchema, {
    provider,
    config: { case: "ageRecipientConfig", value: { recipient } },
  });
}

export type KeyKind = "Ed25519" | "P-256" | "P-384" | "P-521" | "RSA";

export interface OwnedKey {
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: JsonWebKey;
  /** From `encrypted_bytes` of the JWK provider to the text. */
  open(encryptedBytes: Uint8Array): Promise<string>;
}

export function ownKey(kind: KeyKind, rsaBits = 2048): OwnedKey {
  const { publicKey, privateKey } = pairOf(kind, rsaBits);
  return {
    publicJwk: publicKey.export({ format: "jwk" }),
    privateJwk: privateKey.export({ format: "jwk" }),
    async open(encryptedBytes) {
      const inner = Buffer.from(Buffer.from(encryptedBytes).toString("latin1"), "base64");
      if (kind === "RSA") return await openAge(inner, rsaIdentity(privateKey));
      if (kind === "Ed25519") return await openAge(inner, ed25519Identity(seedOf(privateKey)));
      const { plaintext } = await compactDecrypt(inner, privateKey);
      return Buffer.from(plaintext).toString();
    },
  };
}

export async function openAge(file: Uint8Array, identity: Identity | string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(file, "text");
}

function pairOf(
  kind: KeyKind,
  rsaBits: number,
): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  switch (kind) {
    case "Ed25519":
      return generateKeyPairSync("ed25519");
    case "RSA":
      return generateKeyPairSync("rsa", { modulusLength: rsaBits });
    case "P-256":
    case "P-384":
    case "P-521":
      return generateKeyPairSync("ec", { namedCurve: kind });
  }
}

function seedOf(privateKey: KeyObject): Uint8Array {
  return Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
}

function rsaIdentity(key: KeyObject): Identity {
  const oaepLabel = Buffer.from("age-encryption.org/v1/ssh-rsa");
  return {
    unwrapFileKey(stanzas) {
      const [ours] = stanzas;
      if (stanzas.length !== 1 || ours?.args[0] !== "ssh-rsa") throw new Error("want one ssh-rsa stanza");
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      return privateDecrypt({ key, padding, oaepHash: "sha256", oaepLabel }, ours.body);
    },
  };
}
