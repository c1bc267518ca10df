import { createHash } from "node:crypto";

type PublicMembers =
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string }
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string };

/** The thumbprint of RFC 7638 and 8037 over exactly these members, as Baton writes it: SHA-256 in lower-case hex. */
export function jwkThumbprint(members: PublicMembers): string {
  const sorted = Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest("hex");
}

export function ed25519Thumbprint(publicKey: Uint8Array): string {
  return jwkThumbprint({ kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") });
}
