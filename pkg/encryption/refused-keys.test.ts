import { createPrivateKey, type JsonWebKey } from "node:crypto";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import type { EncryptionConfig } from "../protocol/messages.ts";
import { createSealer } from "./sealer.ts";
import { ageConfig, jwkConfig, ownKey } from "./sealing.fixture.ts";

async function refusalOf(config: EncryptionConfig): Promise<GovernanceError> {
  const outcome = await createSealer([config]).then(
    () => "accepted",
    (error: unknown) => error,
  );
  if (outcome instanceof GovernanceError) return outcome;
  throw new Error(`want a GovernanceError, got ${String(outcome)}`);
}

/** No twelve characters of the key may stand in what is said or kept about it. */
function expectNothingOf(key: string, { message, cause }: GovernanceError): void {
  for (let at = 0; at + 12 <= key.length; at += 1) expect(message).not.toContain(key.slice(at, at + 12));
  expect(cause).toBeUndefined();
}

const KEYS = {
  ed25519: ownKey("Ed25519").publicJwk,
  p256: ownKey("P-256").publicJwk,
  p521: ownKey("P-521").publicJwk,
  rsa: ownKey("RSA").publicJwk,
  rsa1024: ownKey("RSA", 1024).publicJwk,
  rsa2047: ownKey("RSA", 2047).publicJwk,
} satisfies Record<string, JsonWebKey>;

function base64Url(...bytes: readonly number[]): string {
  return Buffer.from(bytes).toString("base64url");
}

/** An Ed25519 key whose y is this small number. */
function ed25519WithY(y: number): JsonWebKey {
  return { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32).fill(y, 0, 1).toString("base64url") };
}

function evenModulus(): string {
  const modulus = Buffer.from(KEYS.rsa.n ?? "", "base64url");
  modulus[modulus.length - 1] = 0;
  return modulus.toString("base64url");
}

function threefold(): string {
  const modulus = BigInt(`0x${Buffer.from(KEYS.rsa.n ?? "", "base64url").toString("hex")}`) * 3n;
  return Buffer.from(modulus.toString(16).padStart(514, "0"), "hex").toString("base64url");
}

describe("a JWK that is refused", () => {
  test.for<[string, JsonWebKey | string, RegExp]>([
    ["nothing", "", /not JSON/],
    ["no JSON", `{"kty":"OKP","x":"${KEYS.ed25519.x}"`, /not JSON/],
    ["JSON behind a byte order mark", `\uFEFF${JSON.stringify(KEYS.ed25519)}`, /not JSON/],
    ["a list", `[${JSON.stringify(KEYS.ed25519)}]`, /not a JSON object/],
    ["null", "null", /not a JSON object/],
    ["a key set", JSON.stringify({ keys: [KEYS.ed25519] }), /no member kty/],
    ["a symmetric key", { kty: "oct", k: Buffer.alloc(32, 7).toString("base64url") }, /not supported/],
    ["kty in lower case", { ...KEYS.ed25519, kty: "okp" }, /not supported/],
    ["X25519", { ...KEYS.ed25519, crv: "X25519" }, /other than Ed25519/],
    ["OKP without crv", { kty: "OKP", x: KEYS.ed25519.x ?? "" }, /other than Ed25519/],
    ["Ed25519 without x", { kty: "OKP", crv: "Ed25519" }, /no member x/],
    ["a number for x", `{"kty":"OKP","crv":"Ed25519","x":5}`, /no member x/],
    ["padded x", { ...KEYS.ed25519, x: `${KEYS.ed25519.x}=` }, /x that is not unpadded base64url/],
    ["spaced x", { ...KEYS.ed25519, x: ` ${KEYS.ed25519.x}` }, /x that is not unpadded base64url/],
    ["a short x", { ...KEYS.ed25519, x: base64Url(1, 2, 3) }, /x that is not 32 bytes/],
    ["an Ed25519 point that is not on the curve", ed25519WithY(2), /not a usable point on the curve Ed25519/],
    ["the neutral point of Ed25519", ed25519WithY(1), /not a usable point/],
    ["an Ed25519 point of low order", ed25519WithY(0), /cannot be encrypted to/],
    ["secp256k1", { ...KEYS.p256, crv: "secp256k1" }, /crv other than P-256/],
    ["EC without crv", { ...KEYS.p256, crv: "" }, /crv other than P-256/],
    ["EC without y", JSON.stringify({ ...KEYS.p256, y: undefined }), /no member y/],
    ["a P-256 point called P-384", { ...KEYS.p256, crv: "P-384" }, /not 48 bytes long, as P-384 needs/],
    ["P-256 with x for y", { ...KEYS.p256, y: KEYS.p256.x ?? "" }, /not a point on the curve P-256/],
    ["P-521 with y for x", { ...KEYS.p521, x: KEYS.p521.y ?? "" }, /not a point on the curve P-521/],
    ["RSA of 1024 bits", KEYS.rsa1024, /1024 bits: give one of 2048/],
    ["RSA of 2047 bits", KEYS.rsa2047, /2047 bits: give one of 2048/],
    ["RSA without e", JSON.stringify({ ...KEYS.rsa, e: undefined }), /no member e/],
    ["RSA with the exponent 0", { ...KEYS.rsa, e: base64Url(0) }, /zero/],
    ["RSA with the exponent 1", { ...KEYS.rsa, e: base64Url(1) }, /exponent/],
    ["RSA with an even exponent", { ...KEYS.rsa, e: base64Url(1, 0, 0) }, /exponent/],
    ["RSA with an exponent of 40 bits", { ...KEYS.rsa, e: base64Url(1, 0, 0, 0, 1) }, /exponent/],
    ["RSA with an even modulus", { ...KEYS.rsa, n: evenModulus() }, /modulus can be factored/],
    ["RSA with the factor 3", { ...KEYS.rsa, n: threefold() }, /modulus can be factored/],
  ])("%s", async ([, jwk, why]) => {
    const config = jwkConfig(jwk);
    const error = await refusalOf(config);
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(/^encryption_configs\[0\]\.jwk_public_key_config\.pub_key /);
    expect(error.message).toMatch(why);
    const json: JsonWebKey = typeof jwk === "string" ? {} : jwk;
    for (const text of [json.x, json.y, json.n, json.k, KEYS.ed25519.x]) expectNothingOf(text ?? "", error);
  });

  test.for([
    ["Ed25519", "Ed25519"],
    ["P-256", "P-256"],
    ["RSA", "RSA"],
  ] as const)("a private key, which must never have left its owner: %s", async ([, kind]) => {
    const jwk = ownKey(kind).privateJwk;
    const pem = createPrivateKey({ key: jwk, format: "jwk" })
      .export({ format: "pem", type: "pkcs8" })
      .toString();
    for (const given of [jwk, JSON.stringify({ keys: [jwk] }), pem]) {
      const error = await refusalOf(jwkConfig(given));
      expect(error.message).toMatch(/pub_key is a private key, .*make a new pair/);
      expectNothingOf(String(jwk.d), error);
    }
  });

  test("one member of a private key is enough", async () => {
    for (const member of ["d", "p", "q", "dp", "dq", "qi", "oth"]) {
      const error = await refusalOf(jwkConfig({ ...KEYS.rsa, [member]: "AQAB" }));
      expect(error.message).toContain("is a private key");
    }
  });

  test("bytes that are not UTF-8", async () => {
    const config = jwkConfig(KEYS.ed25519);
    if (config.config.case === "jwkPublicKeyConfig")
      config.config.value.pubKey = Uint8Array.of(0x22, 0xff, 0x22);
    expect((await refusalOf(config)).message).toMatch(/pub_key is not a JSON web key: it is not JSON/);
  });
});

describe("an age recipient that is refused", () => {
  test("a secret key, in its own writing or as PEM, which must never have left its owner", async () => {
    const identity = await generateX25519Identity();
    const begin = (label: string) =>
      `-----BEGIN ${label}-----\nMC4CAQAwBQYDK2VwBCIEIAAA\n-----END ${label}-----\n`;
    const pem = ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"].map(begin);
    const others = [
      "AGE-PLUGIN-YUBIKEY-1QQQQQQQQQQQQ",
      "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ",
    ];
    for (const secret of [identity, identity.toLowerCase(), `# mine\n${identity}`, ...pem, ...others]) {
      const error = await refusalOf(ageConfig(secret));
      expect(error.message).toMatch(/recipient is a private key, .*make a new pair/);
      expectNothingOf(secret.slice(20), error);
    }
  });

  test.for<[string, (good: string) => string, RegExp]>([
    ["white space behind it", (good) => `${good}\n`, /white space/],
    ["white space before it", (good) => ` ${good}`, /white space/],
    ["two of them", (good) => `${good}\n${good}`, /white space/],
    ["nothing", () => "", /empty/],
    ["capitals", (good) => good.toUpperCase(), /is not an age1… or age1pq1…/],
    [
      "another prefix",
      () => "bge1pyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysm7ga9z",
      /is not an age1… or age1pq1…/,
    ],
    ["a plugin's recipient", (good) => good.replace("age1", "age1yubikey1"), /is not an age1… or age1pq1…/],
    ["a hardware tag", (good) => good.replace("age1", "age1tag1"), /is not an age1… or age1pq1…/],
    ["a comment", (good) => `#${good}`, /is not an age1… or age1pq1…/],
    [
      "a wrong last character",
      (good) => good.slice(0, -1) + (good.endsWith("q") ? "p" : "q"),
      /a character is wrong/,
    ],
    ["one cut short", (good) => good.slice(0, -2), /wrong or missing/],
    ["the checksum of another kind", (good) => good.replace("age1", "age1pq1"), /wrong or missing/],
    ["31 bytes", () => "age1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qunndjpz", /wrong or missing/],
    [
      "a point of low order",
      () => "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
      /cannot be encrypted to/,
    ],
  ])("%s", async ([, spoil, why]) => {
    const recipient = spoil(await identityToRecipient(await generateX25519Identity()));
    const error = await refusalOf(ageConfig(recipient));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(/^encryption_configs\[0\]\.age_recipient_config\.recipient /);
    expect(error.message).toMatch(why);
    expectNothingOf(recipient, error);
  });
});
