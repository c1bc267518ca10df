import { createPrivateKey, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import type { ClientId } from "../core/client-id.ts";
import type { EpochMs } from "../core/clock.ts";

/** How long an assertion is valid, in both directions: the platform allows its clock to differ by that much. */
export const ASSERTION_LIFE_S = 120;

/** RFC 8410: the fixed bytes of a PKCS #8 document before the seed of an Ed25519 key. */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

export function signingKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
}

/** The JWT by which the connector shows that it holds the client secret. `nonce` is 32 hex digits, new each time. */
export async function assertionOf(
  { id, host }: ClientId,
  key: KeyObject,
  { now, nonce }: { readonly now: EpochMs; readonly nonce: string },
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return await new SignJWT()
    .setProtectedHeader({ alg: "EdDSA", nonce })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(host)
    .setIssuedAt(seconds)
    .setNotBefore(seconds - ASSERTION_LIFE_S)
    .setExpirationTime(seconds + ASSERTION_LIFE_S)
    .sign(key);
}
