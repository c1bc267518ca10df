import { Buffer } from "node:buffer";
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from "jose";
import { GovernanceError } from "../core/errors.ts";
import { rsaWeakness } from "../core/rsa-modulus.ts";
import { isRecord } from "../core/unknown.ts";
import type { LoadedContent } from "./watched-files.ts";

const MAX_KEYS = 100;

/** A set is read every minute, and looking at a key takes 15 ms. */
const checked = new Map<string, string | undefined>();

export interface JwkSet {
  readonly getKey: JWTVerifyGetKey;
  /** Equal for sets with the same keys. */
  readonly fingerprint: string;
}

/** Keys that must not be used are left out and named in the flaw. Throws `failed-precondition` for what is not a set. */
export function parseJwkSet(origin: string, json: string): LoadedContent<JwkSet> {
  const keys = keysOf(origin, json);
  const used: JWK[] = [];
  const flaws: string[] = [];
  for (const [at, key] of keys.entries()) {
    const flaw = flawOf(key);
    if (flaw !== undefined) flaws.push(`${origin}: key ${at + 1} is not used: it ${flaw}`);
    else if (isRecord(key)) used.push({ ...key });
  }
  const more = flaws.length > 1 ? ` (and ${flaws.length - 1} more)` : "";
  return {
    value: { getKey: createLocalJWKSet({ keys: used }), fingerprint: JSON.stringify(used) },
    flaw: flaws[0] === undefined ? undefined : flaws[0] + more,
  };
}

function keysOf(origin: string, json: string): readonly unknown[] {
  let keys: unknown;
  try {
    const set: unknown = JSON.parse(json);
    if (isRecord(set)) keys = set["keys"];
  } catch {
    // The message of the parser quotes its input.
  }
  if (!Array.isArray(keys)) {
    throw new GovernanceError(
      "failed-precondition",
      `${origin}: is not a JSON Web Key Set; it must be {"keys": […]}`,
    );
  }
  if (keys.length > MAX_KEYS) {
    throw new GovernanceError(
      "failed-precondition",
      `${origin}: has ${keys.length} keys, and ${MAX_KEYS} are allowed; remove those that sign nothing`,
    );
  }
  return keys;
}

function flawOf(key: unknown): string | undefined {
  if (!isRecord(key) || typeof key["kty"] !== "string") return "is not a JSON web key";
  if (key["kty"] !== "RSA") return undefined;
  const { n, e } = key;
  if (typeof n !== "string" || typeof e !== "string") return "is an RSA key without n and e";
  const weakness = weaknessOf(n, e);
  return weakness === undefined ? undefined : `is an RSA key ${weakness}`;
}

function weaknessOf(n: string, e: string): string | undefined {
  const key = `${n}.${e}`;
  if (checked.has(key)) return checked.get(key);
  if (checked.size >= 2 * MAX_KEYS) checked.clear();
  const weakness = rsaWeakness(Buffer.from(n, "base64url"), Buffer.from(e, "base64url"));
  checked.set(key, weakness);
  return weakness;
}
