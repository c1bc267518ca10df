import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SigningHash } from "./signing-hash.ts";

const bytes = new TextEncoder().encode("signed");

async function hexOf(of: SigningHash, data: string | Uint8Array | ArrayBuffer): Promise<string> {
  of.update(data);
  return Buffer.from(await of.digest()).toString("hex");
}

describe("SHA-256", () => {
  const plain = createHash("sha256").update("signed").digest("hex");

  test.for([
    ["text", "signed"],
    ["bytes", bytes],
    ["a part of a buffer", Buffer.from("..signed..").subarray(2, 8)],
  ] as const)("of %s", async ([, data]) => {
    expect(await hexOf(new SigningHash(), data)).toBe(plain);
  });

  test("of a whole buffer, and in pieces, and again", async () => {
    expect(await hexOf(new SigningHash(), bytes.buffer)).toBe(plain);
    const pieces = new SigningHash();
    pieces.update("sig");
    expect(await hexOf(pieces, "ned")).toBe(plain);
    pieces.reset();
    expect(await hexOf(pieces, "signed")).toBe(plain);
  });
});

describe("HMAC-SHA-256", () => {
  test("with a secret of text or bytes, each with its own key", async () => {
    const [one, other] = ["one", "other"].map((text) => new TextEncoder().encode(text));
    if (one === undefined || other === undefined) throw new Error("no keys");
    for (const secret of ["one", one, one, other, one.buffer]) {
      const expected = createHmac(
        "sha256",
        typeof secret === "string" ? secret : new Uint8Array(secret),
      ).update("signed");
      expect(await hexOf(new SigningHash(secret), "signed")).toBe(expected.digest("hex"));
    }
  });
});
