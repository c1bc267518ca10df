// The ids of users are UUIDs, and a UUID has 128 bits: a table of numbers holds each of them whole, so two users are never taken for
// one another.

/** Where a resource of the run is, and the stamp of its row. */
export interface FoundRow {
  /** The number of its row. */
  readonly row: number;
  readonly stamp: number | null;
}

/** Of a slot: the id in four words, the number of the row, the stamp in two. A slot without a row is free. */
const SLOT_WORDS = 7;
const [ROW, STAMP_LOW, STAMP_HIGH] = [4, 5, 6] as const;
const NO_STAMP = -1;

const UUID_UNITS = 36;
const DASH = "-".charCodeAt(0);
/** The value of each digit. An upper case digit has none: the same UUID in upper case is another id. */
const HEX_VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value += 1) HEX_VALUES[value.toString(16).charCodeAt(0)] = value;

/** Rows have numbers of 31 bits. */
const MOST_ROWS = 2 ** 31 - 1;
const FIRST_SLOTS = 2 ** 10;
/** 28 MiB, for 786,432 users. While the table grows to it, its half is there too. */
const MOST_SLOTS = 2 ** 20;

/** Finds rows by UUIDs. It grows up to a limit, and holds ids of no other form. */
export class UuidTable {
  /** A power of two. */
  readonly #mostSlots: number;
  readonly #id = new Int32Array(4);
  #words = new Int32Array(FIRST_SLOTS * SLOT_WORDS);
  #slots = FIRST_SLOTS;
  #size = 0;

  constructor(mostSlots: number = MOST_SLOTS) {
    this.#mostSlots = mostSlots;
  }

  get size(): number {
    return this.#size;
  }

  find(id: string): FoundRow | undefined {
    if (!this.#read(id)) return undefined;
    const at = this.#place();
    const row = this.#words[at + ROW] ?? 0;
    if (row === 0) return undefined;
    const high = this.#words[at + STAMP_HIGH] ?? 0;
    const low = this.#words[at + STAMP_LOW] ?? 0;
    return { row, stamp: high === NO_STAMP ? null : high * 2 ** 32 + (low >>> 0) };
  }

  /** Makes it as large as so many ids need, or as it may become. */
  reserve(ids: number): void {
    const slots = Math.min(this.#mostSlots, neededSlots(ids, this.#slots));
    if (slots > this.#slots) this.#grow(slots);
  }

  /** Whether it can take this id beside `others` that it does not have yet. Then `put` of all of them does not fail. */
  makeRoom(id: string, row: number, others: number): boolean {
    if (row > MOST_ROWS || !this.#read(id)) return false;
    const slots = neededSlots(this.#size + others + 1, this.#slots);
    if (slots > this.#mostSlots) return false;
    if (slots > this.#slots) this.#grow(slots);
    return true;
  }

  /** `makeRoom` has made room for the id, or the table has it. */
  put(id: string, { row, stamp }: FoundRow): void {
    if (!this.#read(id)) throw new RangeError("not a UUID");
    const at = this.#place();
    if (this.#words[at + ROW] === 0) this.#size += 1;
    // Four words: `set` takes longer.
    for (let word = 0; word < ROW; word += 1) this.#words[at + word] = this.#id[word] ?? 0;
    this.#words[at + ROW] = row;
    this.#words[at + STAMP_LOW] = stamp ?? 0;
    this.#words[at + STAMP_HIGH] = stamp === null ? NO_STAMP : Math.floor(stamp / 2 ** 32);
  }

  /** Reads the bits of a UUID. False for any other text. */
  #read(id: string): boolean {
    if (id.length !== UUID_UNITS) return false;
    let unit = 0;
    for (let word = 0; word < 4; word += 1) {
      let bits = 0;
      for (let digit = 0; digit < 8; digit += 1) {
        if (unit === 8 || unit === 13 || unit === 18 || unit === 23) {
          if (id.charCodeAt(unit) !== DASH) return false;
          unit += 1;
        }
        const value = HEX_VALUES[id.charCodeAt(unit)] ?? -1;
        if (value < 0) return false;
        bits = (bits << 4) | value;
        unit += 1;
      }
      this.#id[word] = bits;
    }
    return true;
  }

  /** Where the id that was read is, or where it would be. Some slot is always free. */
  #place(): number {
    const [words, id, mask] = [this.#words, this.#id, this.#slots - 1];
    for (let slot = mixed(id) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * SLOT_WORDS;
      if (words[at + ROW] === 0 || isAt(words, at, id)) return at;
    }
  }

  #grow(slots: number): void {
    const before = this.#words;
    this.#words = new Int32Array(slots * SLOT_WORDS);
    this.#slots = slots;
    for (let from = 0; from < before.length; from += SLOT_WORDS) {
      if (before[from + ROW] === 0) continue;
      this.#id.set(before.subarray(from, from + ROW));
      this.#words.set(before.subarray(from, from + SLOT_WORDS), this.#place());
    }
  }
}

/** At most three quarters of the slots are taken. */
function neededSlots(ids: number, atLeast: number): number {
  let slots = atLeast;
  while (ids > slots * 0.75) slots *= 2;
  return slots;
}

function isAt(words: Int32Array, at: number, id: Int32Array): boolean {
  return words[at] === id[0] && words[at + 1] === id[1] && words[at + 2] === id[2] && words[at + 3] === id[3];
}

/** Ids that differ in few bits are far apart: a pool may number its users. */
function mixed(id: Int32Array): number {
  const [a, b, c, d] = [id[0] ?? 0, id[1] ?? 0, id[2] ?? 0, id[3] ?? 0];
  let bits = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ b;
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35) ^ c;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b) ^ d;
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
