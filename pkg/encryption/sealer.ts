import { create } from "@bufbuild/protobuf";
import { GovernanceError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { type EncryptedData, EncryptedDataSchema, type EncryptionConfig } from "../protocol/messages.ts";
import { ageLockbox, jwkLockbox, type Lockbox } from "./lockbox.ts";
import { KeyRefused } from "./public-jwk.ts";

/** Encrypts a password for the caller, once for each key of the caller. */
export interface Sealer {
  /** The number of keys. 0: nobody can read the password, so it is lost. */
  readonly recipients: number;
  /** One entry for each config, in their order. */
  seal(name: string, description: string, secret: Secret): Promise<readonly EncryptedData[]>;
}

/** Each key costs an encryption before anything is done, and one more for the answer; platforms send one or two. */
const MAX_KEYS = 16;

const JWK = "baton/jwk/v1";
const AGE = "baton/age/v1";
type Provider = typeof JWK | typeof AGE;

interface SealingKey {
  readonly provider: Provider;
  readonly lockbox: Lockbox;
}

interface RecipientSource {
  /** The field of the request that has the key. */
  readonly field: string;
  open(): Lockbox;
}

/**
 * Validates every config and encrypts a test text with it, so that no account is created whose password nobody can
 * decrypt. Throws `invalid-argument` that names the field of the request, and has no part of the key.
 */
export async function createSealer(configs: readonly EncryptionConfig[]): Promise<Sealer> {
  if (configs.length > MAX_KEYS) {
    throw refusedConfig("encryption_configs", `has ${configs.length} entries: give at most ${MAX_KEYS} keys`);
  }
  const keys: SealingKey[] = [];
  for (const [index, config] of configs.entries()) {
    keys.push(await sealingKeyOf(config, `encryption_configs[${index}]`));
  }
  return {
    recipients: keys.length,
    async seal(name, description, secret) {
      const plaintext = Buffer.from(secret.reveal());
      const sealed: EncryptedData[] = [];
      for (const key of keys) sealed.push(await sealTo(key, name, description, plaintext));
      return sealed;
    },
  };
}

async function sealTo(
  { provider, lockbox }: SealingKey,
  name: string,
  description: string,
  plaintext: Uint8Array,
): Promise<EncryptedData> {
  const { keyId, keyIds } = lockbox;
  let encryptedBytes: Uint8Array;
  try {
    encryptedBytes = await lockbox.encrypt(plaintext);
  } catch {
    // Without its cause: an error that may quote the plaintext must not reach a log.
    throw new GovernanceError(
      "internal",
      `${name} could not be encrypted with ${provider}, although a test text could`,
    );
  }
  return create(EncryptedDataSchema, {
    provider,
    keyId,
    keyIds: [...keyIds],
    name,
    description,
    encryptedBytes: Uint8Array.from(encryptedBytes),
  });
}

async function sealingKeyOf(config: EncryptionConfig, path: string): Promise<SealingKey> {
  const provider = providerOf(config, path);
  const source = provider === JWK ? jwkSource(config, path) : ageSource(config, path);
  try {
    const lockbox = source.open();
    await lockbox.encrypt(Buffer.from("test"));
    return { provider, lockbox };
  } catch (error) {
    // The messages of the libraries may quote the key.
    throw refusedConfig(
      source.field,
      error instanceof KeyRefused ? error.message : "cannot be encrypted to: give another key",
    );
  }
}

function providerOf({ provider, config }: EncryptionConfig, path: string): Provider {
  const name = provider.trim().toLowerCase();
  if (name === JWK || name === AGE) return name;
  if (name !== "")
    throw refusedConfig(`${path}.provider`, `is not known: give ${JWK} or ${AGE}, or leave it out`);
  switch (config.case) {
    case "jwkPublicKeyConfig":
      return JWK;
    case "ageRecipientConfig":
      return AGE;
    case undefined:
      throw refusedConfig(
        `${path}.provider`,
        "is empty and there is no key: set jwk_public_key_config or age_recipient_config",
      );
  }
}

function jwkSource({ config }: EncryptionConfig, path: string): RecipientSource {
  const field = `${path}.jwk_public_key_config`;
  if (config.case !== "jwkPublicKeyConfig") throw refusedConfig(field, `is missing, and ${JWK} needs it`);
  const { pubKey } = config.value;
  return { field: `${field}.pub_key`, open: () => jwkLockbox(pubKey) };
}

function ageSource({ config }: EncryptionConfig, path: string): RecipientSource {
  const field = `${path}.age_recipient_config`;
  if (config.case !== "ageRecipientConfig") throw refusedConfig(field, `is missing, and ${AGE} needs it`);
  const { recipient } = config.value;
  return { field: `${field}.recipient`, open: () => ageLockbox(recipient) };
}

function refusedConfig(field: string, why: string): GovernanceError {
  return new GovernanceError("invalid-argument", `${field} ${why}`);
}
