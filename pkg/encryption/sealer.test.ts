import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { assert, asyncProperty, string } from "fast-check";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { Secret } from "../core/secret.ts";
import { type EncryptionConfig, EncryptionConfigSchema } from "../protocol/messages.ts";
import { createSealer } from "./sealer.ts";
import { ageConfig, jwkConfig, type KeyKind, openAge, ownKey } from "./sealing.fixture.ts";

const KINDS: readonly KeyKind[] = ["Ed25519", "P-256", "P-384", "P-521", "RSA"];
const PASSWORD = "pä$$ 🦊";

async function sealedTo(config: EncryptionConfig, text = PASSWORD) {
  const sealer = await createSealer([config]);
  const [data] = await sealer.seal("password", "the initial password", new Secret(text));
  if (data === undefined) throw new Error("nothing was sealed");
  return data;
}

async function refusalOf(...configs: readonly EncryptionConfig[]): Promise<unknown> {
  return await createSealer(configs).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test("more than sixteen keys are refused before one of them is tried", async () => {
  const broken = create(EncryptionConfigSchema, { provider: "broken" });
  expect(await refusalOf(...Array.from({ length: 1000 }, () => broken))).toMatchObject({
    code: "invalid-argument",
    message: "encryption_configs has 1000 entries: give at most 16 keys",
  });
  const config = jwkConfig(ownKey("Ed25519").publicJwk);
  expect((await createSealer(Array.from({ length: 16 }, () => config))).recipients).toBe(16);
});

describe("a sealer for JWKs", () => {
  test.for(KINDS)("%s: the owner of the key reads any text back", async (kind) => {
    const key = ownKey(kind);
    await assert(
      asyncProperty(string({ unit: "grapheme" }), async (text) => {
        const data = await sealedTo(jwkConfig(key.publicJwk), text);
        expect(await key.open(data.encryptedBytes)).toBe(text);
      }),
      { numRuns: 15 },
    );
  });

  test.for(KINDS)("%s: the entry carries what Baton puts in", async (kind) => {
    const { publicJwk } = ownKey(kind);
    const data = await sealedTo(jwkConfig(publicJwk));
    const thumbprint = Buffer.from(
      await calculateJwkThumbprint({ kty: "", ...publicJwk }),
      "base64url",
    ).toString("hex");
    expect(data).toMatchObject({
      provider: "baton/jwk/v1",
      keyId: thumbprint,
      keyIds: [thumbprint],
      name: "password",
      description: "the initial password",
      schema: "",
    });
  });

  test("an EC key gets a compact JWE, ECDH-ES with A256GCM and nothing more in its header", async () => {
    const { encryptedBytes } = await sealedTo(jwkConfig(ownKey("P-384").publicJwk));
    const jwe = Buffer.from(Buffer.from(encryptedBytes).toString(), "base64").toString();
    const { epk, ...header } = decodeProtectedHeader(jwe);
    expect(header).toEqual({ alg: "ECDH-ES", enc: "A256GCM" });
    expect(epk).toMatchObject({ kty: "EC", crv: "P-384" });
  });

  test.for([
    ["Ed25519", /^age-encryption\.org\/v1\n-> ssh-ed25519 [\w+/]{6} [\w+/]{43}\n[^>]+\n--- /],
    ["RSA", /^age-encryption\.org\/v1\n-> ssh-rsa [\w+/]{6}\n[^>]+\n--- /],
  ] as const)("%s gets an age file with one stanza, in base64", async ([kind, header]) => {
    const { encryptedBytes } = await sealedTo(jwkConfig(ownKey(kind).publicJwk));
    const text = Buffer.from(encryptedBytes).toString();
    const file = Buffer.from(text, "base64");
    expect(file.toString("base64")).toBe(text);
    expect(file.toString("latin1")).toMatch(header);
  });

  test("does not leave the password readable anywhere in an entry", async () => {
    const data = await sealedTo(jwkConfig(ownKey("P-256").publicJwk), "Tr0ub4dor&3");
    expect(
      JSON.stringify({ ...data, encryptedBytes: Buffer.from(data.encryptedBytes).toString("latin1") }),
    ).not.toContain("Tr0ub4dor");
  });

  test("an RSA key with leading zeros is the same key", async () => {
    const key = ownKey("RSA");
    const padded = Buffer.concat([Buffer.of(0), Buffer.from(key.publicJwk.n ?? "", "base64url")]).toString(
      "base64url",
    );
    const data = await sealedTo(jwkConfig({ ...key.publicJwk, n: padded }));
    expect(data.keyIds).toEqual((await sealedTo(jwkConfig(key.publicJwk))).keyIds);
    expect(await key.open(data.encryptedBytes)).toBe(PASSWORD);
  });
});

describe("a sealer for age recipients", () => {
  test.for([
    ["age1", generateX25519Identity],
    ["age1pq1", generateHybridIdentity],
  ] as const)(
    "%s: the owner of the identity reads it back from the binary file",
    async ([prefix, generate]) => {
      const identity = await generate();
      const recipient = await identityToRecipient(identity);
      expect(recipient.startsWith(prefix)).toBe(true);
      const data = await sealedTo(ageConfig(recipient));
      expect(await openAge(data.encryptedBytes, identity)).toBe(PASSWORD);
      expect(data).toMatchObject({
        provider: "baton/age/v1",
        keyId: "",
        keyIds: [createHash("sha256").update(recipient).digest("hex")],
      });
    },
  );
});

describe("several configs", () => {
  test("make one entry each, in their order", async () => {
    const ed25519 = ownKey("Ed25519");
    const ec = ownKey("P-256");
    const sealer = await createSealer([jwkConfig(ed25519.publicJwk), jwkConfig(ec.publicJwk)]);
    expect(sealer.recipients).toBe(2);
    const [first, second] = await sealer.seal("password", "", new Secret(PASSWORD));
    expect(await ed25519.open(first?.encryptedBytes ?? Buffer.of())).toBe(PASSWORD);
    expect(await ec.open(second?.encryptedBytes ?? Buffer.of())).toBe(PASSWORD);
  });

  test("no keys make a sealer without recipients", async () => {
    const sealer = await createSealer([]);
    expect(sealer.recipients).toBe(0);
    expect(await sealer.seal("password", "", new Secret(PASSWORD))).toEqual([]);
  });

  test("the index of the bad one is named", async () => {
    const good = jwkConfig(ownKey("Ed25519").publicJwk);
    expect(await refusalOf(good, good, jwkConfig("{}"))).toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^encryption_configs\[2\]\.jwk_public_key_config\.pub_key /),
    });
  });
});

describe("the provider", () => {
  test.for(["", "baton/jwk/v1", " Baton/JWK/v1\n"])("%j is the JWK provider", async (provider) => {
    const data = await sealedTo(jwkConfig(ownKey("Ed25519").publicJwk, provider));
    expect(data.provider).toBe("baton/jwk/v1");
  });

  test.for(["", "baton/age/v1", "\tBATON/AGE/V1 "])("%j is the age provider", async (provider) => {
    const recipient = await identityToRecipient(await generateX25519Identity());
    expect((await sealedTo(ageConfig(recipient, provider))).provider).toBe("baton/age/v1");
  });

  const jwk = ownKey("Ed25519").publicJwk;
  test.for([
    ["an unknown one", jwkConfig(jwk, "baton/pgp/v1"), "provider"],
    ["nothing at all", create(EncryptionConfigSchema), "provider"],
    [
      "the JWK provider without a key",
      create(EncryptionConfigSchema, { provider: "baton/jwk/v1" }),
      "jwk_public_key_config",
    ],
    [
      "the age provider without a key",
      create(EncryptionConfigSchema, { provider: "baton/age/v1" }),
      "age_recipient_config",
    ],
    ["the age provider with a JWK", jwkConfig(jwk, "baton/age/v1"), "age_recipient_config"],
    ["the JWK provider with an age recipient", ageConfig("age1x", "baton/jwk/v1"), "jwk_public_key_config"],
  ] as const)("%s is refused by its field", async ([, config, field]) => {
    const message = expect.stringMatching(new RegExp(`^encryption_configs\\[0\\]\\.${field} `));
    expect(await refusalOf(config)).toMatchObject({
      name: "GovernanceError",
      code: "invalid-argument",
      message,
    });
  });
});
