import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { GovernanceError } from "../core/errors.ts";

/**
 * The most fields of a message from elsewhere, those of its messages included. A field of two bytes becomes an object of a
 * hundred, so that 4 MiB would hold the event loop for seconds. The requests of platforms have a few hundred.
 */
const MAX_FIELDS = 20_000;

/** The most bytes of one annotation, which is decoded by itself. */
const MAX_ANY_BYTES = 256 * 1024;

/** As deep as the decoder goes. */
const MAX_DEPTH = 100;

/**
 * Throws `invalid-argument` for too many fields; `what` is the message in its words. Bytes that are not a message are left to
 * the decoder.
 */
export function checkMessageFields(what: "request" | "answer", schema: DescMessage, bytes: Uint8Array): void {
  // Each field takes two bytes at least.
  if (bytes.byteLength <= 2 * MAX_FIELDS) return;
  try {
    walk(layoutOf(schema), new BinaryReader(bytes), bytes.byteLength, { what, left: MAX_FIELDS, depth: 0 });
  } catch (error) {
    if (error instanceof GovernanceError) throw error;
  }
}

interface FieldsLeft {
  readonly what: string;
  left: number;
  depth: number;
}

function walk(layout: Layout, reader: BinaryReader, end: number, budget: FieldsLeft): void {
  budget.depth += 1;
  if (budget.depth > MAX_DEPTH) throw new RangeError("too deep");
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    countFields(budget, 1);
    const inner = layout.inner.get(number);
    if (type !== WireType.LengthDelimited || inner === undefined) {
      const skipped = reader.skip(type, number);
      if (layout.isAny) checkAny(skipped);
      continue;
    }
    const length = reader.uint32();
    if (inner === "numbers") {
      // One byte a number at least.
      countFields(budget, length);
      reader.pos += length;
    } else {
      walk(inner, reader, reader.pos + length, budget);
    }
  }
  budget.depth -= 1;
}

function countFields(budget: FieldsLeft, fields: number): void {
  budget.left -= fields;
  if (budget.left >= 0) return;
  throw new GovernanceError(
    "invalid-argument",
    `the ${budget.what} has more than ${MAX_FIELDS} fields; send smaller lists`,
  );
}

function checkAny(value: Uint8Array): void {
  if (value.byteLength <= MAX_ANY_BYTES) return;
  throw new GovernanceError(
    "invalid-argument",
    `an annotation has ${value.byteLength} bytes, and may have ${MAX_ANY_BYTES}`,
  );
}

/** Which fields hold more fields, by their numbers. */
interface Layout {
  readonly isAny: boolean;
  readonly inner: Map<number, Layout | "numbers">;
}

const known = new WeakMap<DescMessage, Layout>();

function layoutOf(schema: DescMessage): Layout {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const layout: Layout = { isAny: schema.typeName === AnySchema.typeName, inner: new Map() };
  // Before its fields: a message may contain itself.
  known.set(schema, layout);
  for (const field of schema.fields) {
    const held = field.message === undefined ? undefined : layoutOf(field.message);
    if (field.fieldKind === "map") {
      // An entry is a message of its own: the key is field 1, the value field 2.
      const entry = new Map(held === undefined ? [] : [[2, held] as const]);
      layout.inner.set(field.number, { isAny: false, inner: entry });
    } else if (held !== undefined) layout.inner.set(field.number, held);
    else if (field.fieldKind === "list" && field.packed) layout.inner.set(field.number, "numbers");
  }
  return layout;
}
