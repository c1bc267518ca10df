import { ed25519 } from "@noble/curves/ed25519.js";
import { GovernanceError } from "../core/errors.ts";
import { fromBase64Url } from "./base64.ts";
import { ed25519Thumbprint, jwkBytes, KeyRefused, parseJwkObject } from "./public-jwk.ts";

/** The connector's own key. `id` is the key's `kid`, or else its RFC 7638 thumbprint in lower-case hex. */
interface ClientKey {
  readonly id: string;
  readonly seed: Uint8Array;
}

/**
 * Reads Baton's client secret: two parts of any text, `v1`, and a private Ed25519 JWK in unpadded base64url, separated
 * by colons. Throws `KeyRefused`.
 */
function parseClientSecret(text: string): ClientKey {
  const parts = text.trim().split(":");
  if (parts.length !== 4) throw new KeyRefused("does not have the four parts a:b:v1:key");
  if (parts[2] !== "v1") throw new KeyRefused("has a third part other than v1");
  const json = fromBase64Url(parts[3] ?? "");
  if (json === undefined) throw new KeyRefused("has a fourth part that is not unpadded base64url");
  const jwk = parseJwkObject(json);
  if (jwk["kty"] !== "OKP" || jwk["crv"] !== "Ed25519") throw new KeyRefused("is not an Ed25519 key (OKP)");
  if (jwk["d"] === undefined) throw new KeyRefused("is a public key: the private one is needed");
  const seed = jwkBytes(jwk, "d");
  if (seed.length !== 32) throw new KeyRefused("has a member d that is not 32 bytes long");
  const publicKey = ed25519.getPublicKey(seed);
  if (!Buffer.from(publicKey).equals(jwkBytes(jwk, "x"))) {
    throw new KeyRefused("has members d and x of two different keys");
  }
  const kid = jwk["kid"];
  return { id: typeof kid === "string" && kid !== "" ? kid : ed25519Thumbprint(publicKey), seed };
}

/** Like `parseClientSecret`, for the setting. Throws `invalid-argument` that has no part of the secret. */
export function clientKeyOf(clientSecret: string): ClientKey {
  try {
    return parseClientSecret(clientSecret);
  } catch (error) {
    const why = error instanceof KeyRefused ? error.message : "cannot be read";
    throw new GovernanceError(
      "invalid-argument",
      `client-secret ${why}; copy all of it again from the platform`,
    );
  }
}
