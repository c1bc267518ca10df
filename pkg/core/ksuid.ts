import type { EpochMs } from "./clock.ts";

const EPOCH_SECONDS = 1_400_000_000;
const PAYLOAD_BYTES = 16;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 27;

/**
 * A K-sortable unique id: seconds since 2014-05-13 in 32 bits, then 128 random bits, in 27 base62 digits. Two ids of one
 * second have a random order, and a clock may be set back: no order of ids is an order of runs.
 */
export function ksuid(nowMs: EpochMs, randomBytes: (size: number) => Uint8Array): string {
  let value = BigInt(Math.floor(nowMs / 1000) - EPOCH_SECONDS) & 0xffff_ffffn;
  for (const byte of randomBytes(PAYLOAD_BYTES).subarray(0, PAYLOAD_BYTES))
    value = (value << 8n) | BigInt(byte);
  let text = "";
  for (; value > 0n; value /= 62n) text = (ALPHABET[Number(value % 62n)] ?? "") + text;
  return text.padStart(LENGTH, "0");
}
