// Changed copies of valid bytes, and texts that have broken parsers before.
import type { Random } from "./random.ts";

const TEXTS = [
  "",
  " ",
  "\0",
  "\ufeff",
  "\u202e",
  "\ud800",
  "\r\n",
  "'\"\\",
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "%00%n%s",
  "=cmd()",
  "*",
  "*-*-*-*-*-admin",
  "-".repeat(128),
  "a".repeat(5000),
  "9".repeat(400),
  `${" ".repeat(30_000)}x`,
  ",".repeat(30_000),
  "a=,".repeat(10_000),
  "\\".repeat(30_000),
  '"'.repeat(30_000),
  "[".repeat(5000),
  "{a: ".repeat(3000),
  "-1",
  "1e999",
  "NaN",
  "🗼\u0301",
  "{}",
  "[",
  "!!js/function",
  "&a [*a]",
  "\u001b[2J",
] as const;

const CHARACTERS = "\0\t\n\r \"'#%&*,-.:;<=>?@[\\]^_`{|}~aA0é\u2028\ufeff\ud800🗼";

export function hostileText(random: Random): string {
  if (random.once(2)) return random.pick(TEXTS);
  const signs = Array.from(CHARACTERS);
  return Array.from({ length: random.below(30) }, () => random.any(signs) ?? "").join("");
}

type Mutation = (bytes: Buffer, at: number, random: Random) => Buffer;

const splice = (bytes: Buffer, at: number, removed: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + removed)]);

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, at, random) => splice(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8)))),
  (bytes, at, random) => splice(bytes, at, 1, random.bytes(1)),
  (bytes, at, random) => splice(bytes, at, 1, Buffer.of(random.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff]))),
  (bytes, at, random) => splice(bytes, at, 0, random.bytes(1 + random.below(8))),
  (bytes, at, random) => splice(bytes, at, random.below(16), Buffer.alloc(0)),
  (bytes, at, random) => splice(bytes, at, random.below(4), Buffer.from(hostileText(random))),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => {
    const from = random.below(bytes.length + 1);
    return splice(bytes, at, 0, bytes.subarray(from, from + random.below(64)));
  },
  (bytes, at, random) => {
    const from = random.below(bytes.length + 1);
    return splice(bytes, at, 32, bytes.subarray(from, from + 32));
  },
];

/** The bytes with a few changes, rarely with none, and rarely other bytes altogether. */
export function mutated(valid: Uint8Array, random: Random): Buffer {
  if (random.once(40)) return random.bytes(random.below(300));
  let bytes: Buffer = Buffer.from(valid);
  for (let left = random.pick([0, 1, 1, 1, 2, 3, 8]); left > 0; left -= 1) {
    bytes = random.pick(MUTATIONS)(bytes, random.below(bytes.length + 1), random);
  }
  return bytes;
}

/** Page headers and cells are at the ends of a page, where most bytes of a small database are. */
export function pagesMutated(database: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(database);
  for (let left = 1 + random.below(6); left > 0; left -= 1) {
    const page = random.below(Math.ceil(bytes.length / 4096)) * 4096;
    const at = page + random.pick([random.below(100), random.below(24), 4095 - random.below(400)]);
    if (at < bytes.length) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  return random.once(10) ? mutated(bytes, random) : bytes;
}
