// Random messages in the wire format of Protocol Buffers, built from descriptors.
import { Buffer } from "node:buffer";
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { hostileText } from "./mutate.ts";
import type { Random } from "./random.ts";

export interface Vocabulary {
  /** Texts that the service knows: ids, names, tokens. */
  readonly texts: readonly [string, ...string[]];
  /** What an Any may hold. */
  readonly packed: readonly DescMessage[];
}

const DEEPEST = 6;
const NUMBERS = [
  0n,
  1n,
  2n,
  20n,
  50n,
  127n,
  1000n,
  -1n,
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 63n - 1n,
] as const;

export function randomMessage(desc: DescMessage, random: Random, words: Vocabulary, depth = 0): Uint8Array {
  const writer = new BinaryWriter();
  if (desc.typeName === "google.protobuf.Any") return anyMessage(random, words, depth);
  for (const field of desc.fields) {
    if (depth > 0 && random.once(2)) continue;
    if (depth > DEEPEST && field.message !== undefined) continue;
    const times = field.fieldKind === "list" || field.fieldKind === "map" ? random.below(3) : 1;
    for (let time = 0; time < times; time += 1) writeField(writer, field, random, words, depth);
  }
  if (random.once(50))
    writer.tag(1 + random.below(40), WireType.Varint).uint64(NUMBERS[random.below(6)] ?? 0n);
  return writer.finish();
}

function anyMessage(random: Random, words: Vocabulary, depth: number): Uint8Array {
  const desc = random.any(words.packed);
  const writer = new BinaryWriter();
  if (desc === undefined || depth > DEEPEST) return writer.finish();
  const name = random.once(8) ? hostileText(random).toWellFormed() : desc.typeName;
  writer.tag(1, WireType.LengthDelimited).string(`type.googleapis.com/${name}`);
  const value = random.once(8)
    ? random.bytes(random.below(40))
    : randomMessage(desc, random, words, depth + 1);
  writer.tag(2, WireType.LengthDelimited).bytes(value);
  return writer.finish();
}

function writeField(
  writer: BinaryWriter,
  field: DescField,
  random: Random,
  words: Vocabulary,
  depth: number,
): void {
  const nested = (desc: DescMessage): void => {
    writer.tag(field.number, WireType.LengthDelimited).bytes(randomMessage(desc, random, words, depth + 1));
  };
  if (field.fieldKind === "map") {
    const entry = new BinaryWriter();
    entry.tag(1, WireType.LengthDelimited).string(text(random, words));
    if (field.mapKind === "message") {
      const value = randomMessage(field.message, random, words, depth + 1);
      entry.tag(2, WireType.LengthDelimited).bytes(value);
    } else writeScalar(entry, 2, field.mapKind === "scalar" ? field.scalar : ScalarType.INT32, random, words);
    writer.tag(field.number, WireType.LengthDelimited).bytes(entry.finish());
  } else if (field.message !== undefined) nested(field.message);
  else if (field.enum !== undefined) {
    const known = random.any(field.enum.values)?.number ?? 0;
    writer.tag(field.number, WireType.Varint).int32(random.once(6) ? random.below(2 ** 31) : known);
  } else if (field.scalar !== undefined) writeScalar(writer, field.number, field.scalar, random, words);
}

function text(random: Random, words: Vocabulary): string {
  return random.once(3) ? hostileText(random).toWellFormed() : random.pick(words.texts);
}

function writeScalar(
  writer: BinaryWriter,
  number: number,
  scalar: ScalarType,
  random: Random,
  words: Vocabulary,
): void {
  const value = random.pick(NUMBERS);
  switch (scalar) {
    case ScalarType.STRING:
      // Half a surrogate pair and other bytes that are not UTF-8 are sent too.
      writer
        .tag(number, WireType.LengthDelimited)
        .bytes(random.once(60) ? random.bytes(random.below(9)) : Buffer.from(text(random, words)));
      break;
    case ScalarType.BYTES:
      writer
        .tag(number, WireType.LengthDelimited)
        .bytes(random.once(2) ? random.bytes(random.below(64)) : Buffer.from(text(random, words)));
      break;
    case ScalarType.DOUBLE:
      writer.tag(number, WireType.Bit64).double(random.pick([0, 1, -1, 1.5, NaN, Infinity, 1e300]));
      break;
    case ScalarType.FLOAT:
      writer.tag(number, WireType.Bit32).float(random.pick([0, 1, -1, NaN, Infinity]));
      break;
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      writer.tag(number, WireType.Bit64).sfixed64(value);
      break;
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      writer.tag(number, WireType.Bit32).sfixed32(Number(BigInt.asIntN(32, value)));
      break;
    case ScalarType.BOOL:
      writer.tag(number, WireType.Varint).bool(random.once(2));
      break;
    case ScalarType.INT32:
    case ScalarType.INT64:
    case ScalarType.UINT32:
    case ScalarType.UINT64:
    case ScalarType.SINT32:
    case ScalarType.SINT64:
      writer.tag(number, WireType.Varint).int64(value);
      break;
  }
}
