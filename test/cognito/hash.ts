// A 32-bit mixer whose every step can be undone, so that an index can be read back out of a generated sub.

/** MurmurHash3's finaliser: a bijection over 32-bit numbers. */
export function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The inverse of `mix`. */
export function unmix(value: number): number {
  let h = value >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x7ed1b41d);
  h = h ^ (h >>> 13) ^ (h >>> 26);
  h = Math.imul(h, 0xa5cb9243);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number that depends on seed, index and purpose only. */
export const hash = (seed: number, index: number, purpose: number): number =>
  mix(mix(mix(seed) ^ index) + Math.imul(purpose, 0x9e3779b9));

const quads = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, "0"));

const hex = (value: number): string => `${quads[value >>> 16]}${quads[value & 0xffff]}`;

/** A version 4 UUID whose first eight digits hold the index. */
export function uuidAt(seed: number, index: number): string {
  const a = hex(mix((index ^ mix(seed)) >>> 0));
  const b = hex(hash(seed, index, 101));
  const c = hex(hash(seed, index, 102));
  const variant = "89ab".charAt(hash(seed, index, 103) & 3);
  const d = hex(hash(seed, index, 104));
  return `${a}-${b.slice(0, 4)}-4${b.slice(4, 7)}-${variant}${c.slice(0, 3)}-${c.slice(3)}${d.slice(0, 7)}`;
}

/** The index inside a generated UUID. Any text gives some number: check it by comparing `uuidAt` of the number. */
export const indexOfUuid = (seed: number, uuid: string): number =>
  (unmix(Number.parseInt(uuid.slice(0, 8), 16)) ^ mix(seed)) >>> 0;
