// Protobuf bytes of the messages that a sync and the listings over gRPC have by the million. A message is written from its last
// field to its first: its length is then known when its head is written, so nothing is measured twice and nothing is copied
// together.
import { Buffer } from "node:buffer";
import type { JsonValue } from "@bufbuild/protobuf";

const FIRST_BYTES = 64 * 1024;
/** A text of at most so many units is copied unit by unit: a call out of JavaScript costs more. */
const SHORT_UNITS = 96;
const MAX_BYTES_PER_UNIT = 3;
/** Of a head: a tag of one byte, and a length or a number. */
const MAX_HEAD_BYTES = 11;
const KEY_BYTES = 2 * MAX_HEAD_BYTES;

/** The tag of a field whose value has a length: a message, a text, bytes. */
export const lengthTag = (field: number): number => tag(field, 2);
/** The tag of a whole number, an enum or a boolean. */
export const numberTag = (field: number): number => tag(field, 0);

function tag(field: number, wireType: number): number {
  if (field > 15) throw new RangeError("a tag of two bytes is not written here");
  return (field << 3) | wireType;
}

/** The key of an entry of a google.protobuf.Struct, as a field. */
export function structKey(key: string): Uint8Array {
  const writer = new MessageWriter(KEY_BYTES + MAX_BYTES_PER_UNIT * key.length);
  writer.presentText(lengthTag(1), key);
  return writer.since(0);
}

export class MessageWriter {
  #bytes: Buffer;
  /** Where the first of the written bytes is. */
  #at: number;

  constructor(firstBytes: number = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
    this.#at = firstBytes;
  }

  /** The memory that it holds: it grows with what is written, and stays. */
  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** How much is written: what `head` and `since` are given to say where a message ends. */
  get place(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written since then. It is valid until the next `clear`. */
  since(place: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#bytes.length - place);
  }

  clear(): void {
    this.#at = this.#bytes.length;
  }

  /** The head of a message or of bytes, whose content was written since then. */
  head(lengthTagged: number, place: number): void {
    this.#makeRoom(MAX_HEAD_BYTES);
    this.#varint(this.place - place);
    this.#byte(lengthTagged);
  }

  /** Left out where it is empty. */
  text(lengthTagged: number, value: string): void {
    if (value !== "") this.presentText(lengthTagged, value);
  }

  /** Of a list, a map or a oneof, where an empty text is a value. */
  presentText(lengthTagged: number, value: string): void {
    const place = this.place;
    this.textAlone(value);
    this.head(lengthTagged, place);
  }

  /** A text without a head: a part of a longer one. */
  textAlone(value: string): void {
    this.#makeRoom(value.length * MAX_BYTES_PER_UNIT);
    if (this.#shortAscii(value)) return;
    const size = Buffer.byteLength(value);
    this.#at -= size;
    this.#bytes.write(value, this.#at, size);
  }

  /** Left out where it is 0 or false. */
  number(numberTagged: number, value: number): void {
    if (value !== 0) this.presentNumber(numberTagged, value);
  }

  presentNumber(numberTagged: number, value: number): void {
    this.#makeRoom(MAX_HEAD_BYTES);
    if (value < 0) this.#negative(value);
    else this.#varint(value);
    this.#byte(numberTagged);
  }

  /** Bytes as they are, such as fields that many messages share. */
  raw(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  /** Repeats what was written between two places. */
  again(from: number, to: number): void {
    this.#makeRoom(to - from);
    const end = this.#bytes.length;
    this.#at -= to - from;
    this.#bytes.copyWithin(this.#at, end - to, end - from);
  }

  /** A google.protobuf.Timestamp, as a field. */
  timestamp(lengthTagged: number, ms: number): void {
    const place = this.place;
    const seconds = Math.floor(ms / 1000);
    this.number(NANOS, (ms - seconds * 1000) * 1_000_000);
    this.number(SECONDS, seconds);
    this.head(lengthTagged, place);
  }

  /** An entry of a google.protobuf.Struct; `keyField` is what `structKey` makes of its key. */
  structEntry(keyField: Uint8Array, value: JsonValue): void {
    const place = this.place;
    this.#value(value);
    this.head(VALUE, place);
    this.raw(keyField);
    this.head(ENTRY, place);
  }

  /** The one field of a google.protobuf.Value. */
  #value(value: JsonValue): void {
    if (typeof value === "string") return this.presentText(STRING_VALUE, value);
    if (typeof value === "boolean") return this.presentNumber(BOOL_VALUE, Number(value));
    if (value === null) return this.presentNumber(NULL_VALUE, 0);
    if (typeof value === "number") return this.#double(value);
    const place = this.place;
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1) {
        const item = this.place;
        this.#value(value[index] ?? null);
        this.head(LIST_ITEM, item);
      }
      return this.head(LIST_VALUE, place);
    }
    for (const [key, member] of Object.entries(value).toReversed()) this.structEntry(structKey(key), member);
    return this.head(STRUCT_VALUE, place);
  }

  #double(value: number): void {
    this.#makeRoom(MAX_HEAD_BYTES);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
    this.#byte(DOUBLE_VALUE);
  }

  /** False, and nothing is written, where the text is long or has other characters. */
  #shortAscii(value: string): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (value.length > SHORT_UNITS) return false;
    for (let unit = value.length - 1; unit >= 0; unit -= 1) {
      const code = value.charCodeAt(unit);
      if (code > 0x7f) return false;
      at -= 1;
      bytes[at] = code;
    }
    this.#at = at;
    return true;
  }

  #byte(value: number): void {
    this.#at -= 1;
    this.#bytes[this.#at] = value;
  }

  #varint(value: number): void {
    if (value < 0x80) return this.#byte(value);
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      this.#bytes[at] = (rest % 0x80) | 0x80;
      at += 1;
    }
    this.#bytes[at] = rest;
  }

  /** Ten bytes: the two's complement of 64 bits. */
  #negative(value: number): void {
    this.#at -= 10;
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let byte = 0; byte < 9; byte += 1) {
      this.#bytes[this.#at + byte] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at + 9] = Number(rest);
  }

  #makeRoom(bytes: number): void {
    if (this.#at >= bytes) return;
    const written = this.#bytes.subarray(this.#at);
    const larger = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + bytes));
    larger.set(written, larger.length - written.length);
    this.#bytes = larger;
    this.#at = larger.length - written.length;
  }
}

const SECONDS = numberTag(1);
const NANOS = numberTag(2);
const ENTRY = lengthTag(1);
const VALUE = lengthTag(2);
const NULL_VALUE = numberTag(1);
const DOUBLE_VALUE = (2 << 3) | 1;
const STRING_VALUE = lengthTag(3);
const BOOL_VALUE = numberTag(4);
const STRUCT_VALUE = lengthTag(5);
const LIST_VALUE = lengthTag(6);
const LIST_ITEM = lengthTag(1);
