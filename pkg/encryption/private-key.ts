import { isRecord } from "../core/unknown.ts";

/**
 * Why a private key is refused where a public one is expected. It should never have left its owner: anybody who has seen
 * it on the way can open every password that is encrypted to it.
 */
export const PRIVATE_KEY_REFUSED =
  "is a private key, which must stay with its owner: make a new pair, since others may have seen this one, and give its public key alone";

/** PEM of every kind, age and its plugins, PuTTY, and the client secret of a connector. */
const PRIVATE_TEXT =
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY|^\s*(?:AGE-SECRET-KEY-|AGE-PLUGIN-|PuTTY-User-Key-File-|secret-token:)/im;

export function isPrivateKeyText(text: string): boolean {
  return PRIVATE_TEXT.test(text);
}

/** RFC 7518 §6.2.2 and §6.3.2, RFC 8037 §2. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/** Whether the JWK, or one of a key set, has a part of a private key. */
export function isPrivateJwk(jwk: Readonly<Record<string, unknown>>): boolean {
  const { keys } = jwk;
  if (Array.isArray(keys) && keys.some((key) => isRecord(key) && isPrivateJwk(key))) return true;
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member));
}
