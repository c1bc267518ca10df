import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { rsaWeakness } from "../core/rsa-modulus.ts";
import { fromBase64Url } from "./base64.ts";
import { isPrivateJwk, isPrivateKeyText, PRIVATE_KEY_REFUSED } from "./private-key.ts";

/** A refused key. The message continues the name of its field or setting, and has no part of the key. */
export class KeyRefused extends Error {
  override readonly name = "KeyRefused";
}

/** A public key that a password can be encrypted to. `id` is the RFC 7638 thumbprint in lower-case hex. */
export type PublicJwk =
  | { readonly kind: "ed25519"; readonly id: string; readonly bytes: Uint8Array }
  | { readonly kind: "ec"; readonly id: string; readonly key: KeyObject }
  | {
      readonly kind: "rsa";
      readonly id: string;
      readonly key: KeyObject;
      readonly modulus: Uint8Array;
      readonly exponent: Uint8Array;
    };

// Coordinates always have the full length of the curve (RFC 7518 §6.2.1.2), 521 bits make 66 bytes.
const COORDINATE_BYTES = new Map([
  ["P-256", 32],
  ["P-384", 48],
  ["P-521", 66],
]);
const KEYS_TAKEN = "Ed25519 (OKP), P-256, P-384 or P-521 (EC), or RSA";

/** Reads the JSON of a JWK. Members that do not belong to a key are ignored. Throws `KeyRefused`, also for a private key. */
export function parsePublicJwk(json: Uint8Array): PublicJwk {
  if (isPrivateKeyText(Buffer.from(json).toString())) throw new KeyRefused(PRIVATE_KEY_REFUSED);
  const jwk = parseJwkObject(json);
  if (isPrivateJwk(jwk)) throw new KeyRefused(PRIVATE_KEY_REFUSED);
  switch (jwk["kty"]) {
    case "OKP":
      return ed25519Of(jwk);
    case "EC":
      return ecOf(jwk);
    case "RSA":
      return rsaOf(jwk);
    case undefined:
      throw new KeyRefused("has no member kty");
    default:
      throw new KeyRefused(`is of a kind that is not supported: give ${KEYS_TAKEN}`);
  }
}

/** The members of a JWK, of any type. Throws `KeyRefused`. */
export function parseJwkObject(json: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json));
  } catch {
    // The message of the parser quotes its input.
    throw new KeyRefused("is not a JSON web key: it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new KeyRefused("is not a JSON web key: it is not a JSON object");
  }
  return { ...value };
}

/** One base64url member of a JWK. Throws `KeyRefused`. */
export function jwkBytes(jwk: Readonly<Record<string, unknown>>, member: string): Uint8Array {
  const text = jwk[member];
  if (typeof text !== "string") throw new KeyRefused(`has no member ${member} with text in it`);
  const bytes = fromBase64Url(text);
  if (bytes === undefined || bytes.length === 0) {
    throw new KeyRefused(`has a member ${member} that is not unpadded base64url`);
  }
  return bytes;
}

function ed25519Of(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  if (jwk["crv"] !== "Ed25519") throw new KeyRefused("is an OKP key with a crv other than Ed25519");
  const bytes = jwkBytes(jwk, "x");
  if (bytes.length !== 32) throw new KeyRefused("has a member x that is not 32 bytes long");
  return { kind: "ed25519", id: ed25519Thumbprint(bytes), bytes };
}

function ecOf(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  const crv = jwk["crv"];
  const length = typeof crv === "string" ? COORDINATE_BYTES.get(crv) : undefined;
  if (typeof crv !== "string" || length === undefined) {
    throw new KeyRefused("is an EC key with a crv other than P-256, P-384 and P-521");
  }
  for (const member of ["x", "y"]) {
    if (jwkBytes(jwk, member).length !== length) {
      throw new KeyRefused(`has a member ${member} that is not ${length} bytes long, as ${crv} needs`);
    }
  }
  const publicMembers = { kty: "EC" as const, crv, x: String(jwk["x"]), y: String(jwk["y"]) };
  let key: KeyObject;
  try {
    key = createPublicKey({ key: publicMembers, format: "jwk" });
  } catch {
    throw new KeyRefused(`is not a point on the curve ${crv}`);
  }
  return { kind: "ec", id: jwkThumbprint(publicMembers), key };
}

function rsaOf(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  const modulus = withoutLeadingZeros(jwkBytes(jwk, "n"));
  const exponent = withoutLeadingZeros(jwkBytes(jwk, "e"));
  const weakness = rsaWeakness(modulus, exponent);
  if (weakness !== undefined) throw new KeyRefused(`is an RSA key ${weakness}`);
  const publicMembers = { kty: "RSA" as const, n: base64Url(modulus), e: base64Url(exponent) };
  let key: KeyObject;
  try {
    key = createPublicKey({ key: publicMembers, format: "jwk" });
  } catch {
    throw new KeyRefused("is not a valid RSA key");
  }
  return { kind: "rsa", id: jwkThumbprint(publicMembers), key, modulus, exponent };
}

// A thumbprint needs the shortest form of a number (RFC 7518 §6.3.1.1); the caller may send another form.
function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  if (start === -1) throw new KeyRefused("is an RSA key with a zero in it");
  return bytes.subarray(start);
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

type PublicMembers =
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string }
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string };

/** The thumbprint of RFC 7638 and 8037 over exactly these members, as Baton writes it: SHA-256 in lower-case hex. */
function jwkThumbprint(members: PublicMembers): string {
  const sorted = Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest("hex");
}

export function ed25519Thumbprint(publicKey: Uint8Array): string {
  return jwkThumbprint({ kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") });
}
