import { createHash } from "node:crypto";
import { unpaddedBase64 } from "./base64.ts";

/** Strings of the SSH wire format (RFC 4251 §5), concatenated, each after its length in four bytes. */
export function sshStrings(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}

/** A positive number as SSH writes it: big-endian, no leading zeros, one zero byte where the top bit is set. */
export function sshNumber(bigEndian: Uint8Array): Uint8Array {
  const start = bigEndian.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? new Uint8Array() : bigEndian.subarray(start);
  return (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
}

/** How a stanza names its key: the first four bytes of SHA-256 over the key in the SSH wire format. */
export function sshKeyTag(wire: Uint8Array): string {
  return unpaddedBase64(createHash("sha256").update(wire).digest().subarray(0, 4));
}
