import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { resolve } from "node:path";
import { create, fromJsonString, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../pkg/core/secret.ts";
import { createPasswordOpener } from "../../../pkg/encryption/password-opener.ts";
import { createSealer } from "../../../pkg/encryption/sealer.ts";
import { EncryptedDataSchema, EncryptionConfigSchema } from "../../../pkg/protocol/messages.ts";

const JUDGE = resolve(import.meta.dirname, "../../../.cache/conformance/conformance");
const VALUES = 50;

// Random on purpose: a failed assertion prints the texts, so they must not be real passwords.
const passwords: readonly string[] = [
  "x",
  "päss wörd 🦊 \u0000 密碼",
  "é".repeat(40_000), // longer than one chunk of an age file
  ...Array.from({ length: VALUES - 3 }, () => randomText(randomInt(1, 100))),
];

interface Key {
  readonly config: MessageInitShape<typeof EncryptionConfigSchema>;
  /** The key that the judge opens it with. */
  readonly opener: Readonly<Record<string, unknown>>;
}

describe("what we seal, opened by the official SDK", () => {
  test.for([
    ["Ed25519", () => jwkKey(generateKeyPairSync("ed25519"))],
    ["P-256", () => jwkKey(generateKeyPairSync("ec", { namedCurve: "P-256" }))],
    ["P-256, a coordinate with a leading zero", () => jwkKey(keyWithLeadingZero())],
    ["P-384", () => jwkKey(generateKeyPairSync("ec", { namedCurve: "P-384" }))],
    ["P-521", () => jwkKey(generateKeyPairSync("ec", { namedCurve: "P-521" }))],
    ["RSA 2048", () => jwkKey(generateKeyPairSync("rsa", { modulusLength: 2048 }))],
    [
      "RSA 3072, exponent 3",
      () => jwkKey(generateKeyPairSync("rsa", { modulusLength: 3072, publicExponent: 3 })),
    ],
    ["age1", async () => ageKey(await generateX25519Identity())],
    ["age1pq1", async () => ageKey(await generateHybridIdentity())],
  ] as const)("%s", async ([, makeKey]) => {
    const { config, opener } = await makeKey();
    const sealer = await createSealer([create(EncryptionConfigSchema, config)]);
    const sealed = await Promise.all(
      passwords.map((text) => sealer.seal("password", "the initial one", new Secret(text))),
    );

    const lines = sealed
      .flat()
      .map((data) => ({ ...opener, encryptedData: toJson(EncryptedDataSchema, data) }));
    const opened = (await judge("decrypt", lines)).map((line): unknown => JSON.parse(line));

    const expected = passwords.map((text, index) => ({
      text: Buffer.from(text).toString("base64"),
      name: "password",
      description: "the initial one",
      keyIds: sealed[index]?.[0]?.keyIds,
    }));
    expect(opened).toEqual(expected);
  });
});

describe("what the official SDK seals, opened by us", () => {
  test.for([
    ["a key without a kid", {}],
    ["a key with a kid of its own", { kid: "urn:key:1" }],
  ] as const)("%s", async ([, more]) => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const jwk = JSON.stringify({ ...privateKey.export({ format: "jwk" }), ...more });
    const clientSecret = `client@id:tenant:v1:${Buffer.from(jwk).toString("base64url")}`;
    const lines = passwords.map((text) => ({ clientSecret, text: Buffer.from(text).toString("base64") }));

    const sealed = (await judge("encrypt", lines)).map((line) => fromJsonString(EncryptedDataSchema, line));
    const opener = createPasswordOpener(clientSecret);
    const opened = await Promise.all(sealed.map((data) => opener.open([data])));

    expect(opened.map((secret) => secret.reveal())).toEqual(passwords);
  });
});

/** Gives the judge one JSON value a line and returns its lines. */
function judge(command: string, lines: readonly unknown[]): Promise<string[]> {
  return new Promise((done, failed) => {
    const child = execFile(JUDGE, [command], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) done(stdout.trimEnd().split("\n"));
      else
        failed(
          new Error(`the judge says: ${stderr}to keys like ${JSON.stringify(lines[0])}`, { cause: error }),
        );
    });
    // A judge that has ended reads no more input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(lines.map((line) => JSON.stringify(line)).join("\n"));
  });
}

function jwkKey({ publicKey, privateKey }: ReturnType<typeof generateKeyPairSync>): Key {
  const pubKey = Buffer.from(JSON.stringify(publicKey.export({ format: "jwk" })));
  return {
    config: { config: { case: "jwkPublicKeyConfig", value: { pubKey } } },
    opener: { privateKey: privateKey.export({ format: "jwk" }) },
  };
}

/** One key in 128 is like this; an encoder that drops the zero works with all the others. */
function keyWithLeadingZero(): ReturnType<typeof generateKeyPairSync> {
  for (;;) {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = pair.publicKey.export({ format: "jwk" });
    if ([x, y].some((text) => Buffer.from(text, "base64url")[0] === 0)) return pair;
  }
}

async function ageKey(identity: string): Promise<Key> {
  const recipient = await identityToRecipient(identity);
  return {
    config: { config: { case: "ageRecipientConfig", value: { recipient } } },
    opener: { ageIdentity: identity },
  };
}

/** Characters of one to four bytes of UTF-8, no half surrogates. */
function randomText(length: number): string {
  const ranges = [
    [0x20, 0x7e],
    [0xa1, 0x7ff],
    [0x800, 0xd7ff],
    [0x1f300, 0x1f9ff],
  ] as const;
  return Array.from(randomBytes(length), (byte) => {
    const [from, to] = ranges[byte % 4] ?? ranges[0];
    return String.fromCodePoint(randomInt(from, to + 1));
  }).join("");
}
