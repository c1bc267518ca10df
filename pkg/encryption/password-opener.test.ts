import { generateKeyPairSync } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { assert, asyncProperty, string, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { type EncryptedData, EncryptedDataSchema } from "../protocol/messages.ts";
import { jwkLockbox } from "./lockbox.ts";
import { createPasswordOpener } from "./password-opener.ts";
import { createSealer } from "./sealer.ts";
import { jwkConfig, ownKey } from "./sealing.fixture.ts";

const KEY = ownKey("Ed25519");

function clientSecretOf(jwk: unknown): string {
  return `client@id:tenant:v1:${Buffer.from(JSON.stringify(jwk)).toString("base64url")}`;
}

async function sealed(text: string, jwk = KEY.publicJwk): Promise<EncryptedData> {
  const [data] = await (await createSealer([jwkConfig(jwk)])).seal("password", "", new Secret(text));
  if (data === undefined) throw new Error("nothing was sealed");
  return data;
}

async function refusalOf(run: () => unknown): Promise<GovernanceError> {
  const outcome = await Promise.resolve()
    .then(run)
    .then(
      () => "accepted",
      (error: unknown) => error,
    );
  if (outcome instanceof GovernanceError) return outcome;
  throw new Error(`want a GovernanceError, got ${String(outcome)}`);
}

describe("a password opener", () => {
  test("refuses more than sixteen entries", async () => {
    const opener = createPasswordOpener(clientSecretOf(KEY.privateJwk));
    const one = await sealed("secret");
    const refusal = await refusalOf(() => opener.open(Array.from({ length: 17 }, () => one)));
    expect(refusal).toMatchObject({
      code: "invalid-argument",
      message: "encrypted_passwords has 17 entries: give at most 16",
    });
  });

  test("reads any text that was encrypted to its key", async () => {
    const opener = createPasswordOpener(clientSecretOf(KEY.privateJwk));
    await assert(
      asyncProperty(string({ unit: "grapheme" }), async (text) => {
        expect((await opener.open([await sealed(text)])).reveal()).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  // Written by the official SDK (Go) for the key whose seed is the bytes 0 to 31: the text is "pässwörd".
  test("reads what the official SDK wrote", async () => {
    const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const jwk = {
      kty: "OKP",
      crv: "Ed25519",
      d: seed.toString("base64url"),
      x: "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
    };
    const data = create(EncryptedDataSchema, {
      keyIds: ["d481b6b4c1fb276c1b2599ce7fc2c9cd08ad29fecb32fa00125b2e0cc54ce786"],
      encryptedBytes: Buffer.from(
        [
          "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNzaC1lZDI1NTE5IGxibXNvQSA2K0o2d0lIVGVCYjVuYksyNVVl",
          "SEdXWlpwbXh5WnJIelBMMmY2bFA4L0g0CmFrVkIyWFppTGpTZjJYTDhEZ09xOWVOZldxRldLdWU2UVVKMXRw",
          "c25xY2sKLS0tIFVRQkltaFBZWEVmYWRtNEI1R0JvSmpSb2hlaDM0ZWpMa21FdjVPU2RkN2MK/hyQtqMpQiP/",
          "ze/79/7UDQ2/H0lWFqPBeOJgUYfhx6MGsXEN9VkRqM26",
        ].join(""),
      ),
    });
    expect((await createPasswordOpener(clientSecretOf(jwk)).open([data])).reveal()).toBe("pässwörd");
  });

  test("takes the entry that names its key among several", async () => {
    const other = await sealed("somebody else's", ownKey("Ed25519").publicJwk);
    const ours = await sealed("ours");
    ours.keyIds.unshift("another");
    const opener = createPasswordOpener(clientSecretOf(KEY.privateJwk));
    expect((await opener.open([other, ours])).reveal()).toBe("ours");
  });

  test("goes by the kid where its key has one", async () => {
    const opener = createPasswordOpener(clientSecretOf({ ...KEY.privateJwk, kid: "urn:key:1" }));
    const data = await sealed("ours");
    expect(await refusalOf(() => opener.open([data]))).toMatchObject({ code: "invalid-argument" });
    data.keyIds = ["urn:key:1"];
    expect((await opener.open([data])).reveal()).toBe("ours");
  });

  test("takes a secret with white space around it", async () => {
    const opener = createPasswordOpener(` ${clientSecretOf(KEY.privateJwk)}\n`);
    expect((await opener.open([await sealed("ours")])).reveal()).toBe("ours");
  });
});

describe("a password opener refuses", () => {
  const opener = createPasswordOpener(clientSecretOf(KEY.privateJwk));

  test.for([
    ["no entries", () => []],
    ["an entry for another key", async () => [await sealed("x", ownKey("Ed25519").publicJwk)]],
    ["an entry without key ids", async () => [{ ...(await sealed("x")), keyIds: [] }]],
    ["the key in key_id alone", async () => [{ ...(await sealed("x")), keyIds: ["another"] }]],
  ] as const)("%s, as invalid-argument", async ([, entries]) => {
    const error = await refusalOf(async () => opener.open(await entries()));
    expect(error).toMatchObject({ code: "invalid-argument", message: expect.stringMatching(/key_ids/) });
  });

  test.for<[string, (data: EncryptedData, file: Buffer) => Promise<Uint8Array> | Uint8Array]>([
    ["nothing", () => Buffer.of()],
    ["an age file without its base64", (_, file) => file],
    ["base64 without padding", ({ encryptedBytes }) => Buffer.concat([encryptedBytes, Buffer.from("=")])],
    ["a file cut short", (_, file) => base64(file.subarray(0, -1))],
    ["a file with a changed last byte", (_, file) => base64(changed(file, -1))],
    ["a file with a changed header", (_, file) => base64(changed(file, 50))],
    ["a file for another key", async () => (await sealed("x", ownKey("Ed25519").publicJwk)).encryptedBytes],
    ["a file for an RSA key", async () => (await sealed("x", ownKey("RSA").publicJwk)).encryptedBytes],
    ["a JWE", async () => (await sealed("x", ownKey("P-256").publicJwk)).encryptedBytes],
  ])("%s under its key id, as internal", async ([, spoil]) => {
    const data = await sealed("Tr0ub4dor&3");
    const file = Buffer.from(Buffer.from(data.encryptedBytes).toString(), "base64");
    const encryptedBytes = Uint8Array.from(await spoil(data, file));
    const error = await refusalOf(() => opener.open([{ ...data, encryptedBytes }]));
    expect(error.code).toBe("internal");
    expect(error.cause).toBeUndefined();
    expect(error.message).toBe(
      "an entry of encrypted_passwords names the key of client-secret, but cannot be decrypted with it",
    );
  });

  test("what decrypts to something other than UTF-8", async () => {
    const lockbox = jwkLockbox(Buffer.from(JSON.stringify(KEY.publicJwk)));
    const encryptedBytes = Uint8Array.from(await lockbox.encrypt(Buffer.of(0x50, 0xff)));
    const data = create(EncryptedDataSchema, { keyIds: [...lockbox.keyIds], encryptedBytes });
    const error = await refusalOf(() => opener.open([data]));
    expect(error.code).toBe("invalid-argument");
    expect(error.cause).toBeUndefined();
    expect(error.message).toBe("the password in encrypted_passwords is not UTF-8");
  });

  test("random bytes, always as internal", async () => {
    const { keyIds } = await sealed("x");
    await assert(
      asyncProperty(uint8Array({ maxLength: 300 }), async (bytes) => {
        const encryptedBytes = Uint8Array.from(base64(bytes));
        const data = create(EncryptedDataSchema, { keyIds, encryptedBytes });
        expect((await refusalOf(() => opener.open([data]))).code).toBe("internal");
      }),
      { numRuns: 50 },
    );
  });
});

describe("a client secret that is refused", () => {
  const { privateJwk } = KEY;
  const good = clientSecretOf(privateJwk);
  const x25519 = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });

  test.for<[string, string, RegExp]>([
    ["nothing", "", /four parts/],
    ["three parts", good.replace("tenant:", ""), /four parts/],
    ["five parts", `${good}:more`, /four parts/],
    ["another version", good.replace(":v1:", ":v2:"), /third part other than v1/],
    ["standard base64", `${good}==`, /fourth part that is not unpadded base64url/],
    ["no JSON", good.slice(0, -8), /not JSON/],
    ["a public key", clientSecretOf(KEY.publicJwk), /is a public key/],
    ["another curve", clientSecretOf(x25519), /not an Ed25519 key/],
    ["another kind", clientSecretOf(ownKey("P-256").privateJwk), /not an Ed25519 key/],
    ["a short d", clientSecretOf({ ...privateJwk, d: "AAAA" }), /d that is not 32 bytes/],
    ["a d of no text", clientSecretOf({ ...privateJwk, d: 5 }), /no member d/],
    [
      "halves of two keys",
      clientSecretOf({ ...privateJwk, x: ownKey("Ed25519").publicJwk.x }),
      /two different keys/,
    ],
  ])("%s", async ([, secret, why]) => {
    const error = await refusalOf(() => createPasswordOpener(secret));
    expect(error.code).toBe("invalid-argument");
    expect(error.cause).toBeUndefined();
    expect(error.message).toMatch(/^client-secret /);
    expect(error.message).toMatch(why);
    // The start of the JSON in base64url, then of the key in it.
    expect(error.message).not.toContain("eyJ");
    expect(error.message).not.toContain(String(privateJwk.d).slice(0, 8));
  });
});

function base64(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString("base64"));
}

function changed(file: Buffer, at: number): Uint8Array {
  const copy = Buffer.from(file);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
