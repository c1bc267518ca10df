import { Buffer } from "node:buffer";
import type { ResourceKind } from "../resource.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ENTRY = 17;
const FIRST_ENTRIES = 256;

export interface FoundKey {
  readonly kind: ResourceKind;
  readonly key: string;
}

/** The keys that a filter has found, in order: 17 bytes for each user, whose `sub` is a UUID. */
export class FoundKeys {
  #bytes = Buffer.alloc(FIRST_ENTRIES * ENTRY);
  readonly #texts: FoundKey[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes.length + this.#texts.length * TEXT_BYTES;
  }

  push({ kind, key }: FoundKey): void {
    const at = this.#length * ENTRY;
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(at)]);
    if (kind === "User" && UUID.test(key)) {
      this.#bytes[at] = 1;
      this.#bytes.write(key.replaceAll("-", ""), at + 1, "hex");
    } else {
      this.#bytes[at] = 0;
      this.#bytes.writeUInt32LE(this.#texts.push({ kind, key }) - 1, at + 1);
    }
    this.#length += 1;
  }

  slice(offset: number, count: number): readonly FoundKey[] {
    const found: FoundKey[] = [];
    for (let at = offset; at < Math.min(this.#length, offset + count); at += 1) found.push(this.#at(at));
    return found;
  }

  #at(index: number): FoundKey {
    const at = index * ENTRY;
    if (this.#bytes[at] === 1) {
      const hex = this.#bytes.toString("hex", at + 1, at + ENTRY);
      const key = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      return { kind: "User", key };
    }
    const text = this.#texts[this.#bytes.readUInt32LE(at + 1)];
    if (text === undefined) throw new RangeError("no key was found at that number");
    return text;
  }
}

const TEXT_BYTES = 200;
