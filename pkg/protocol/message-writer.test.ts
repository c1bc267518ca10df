// What the writer makes is what @bufbuild/protobuf makes of the same message.
import { create, fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema, StructSchema, TimestampSchema, timestampFromMs } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lengthTag, MessageWriter, numberTag, structKey } from "./message-writer.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function written(write: (into: MessageWriter) => void, firstBytes?: number): string {
  const writer = new MessageWriter(firstBytes);
  write(writer);
  return hex(writer.since(0));
}

/** With the seed, so that a failure can be run again. */
function verdictOf<T>(arbitrary: fc.Arbitrary<T>, holdsFor: (value: T) => boolean) {
  const { failed, seed, counterexample } = fc.check(fc.property(arbitrary, holdsFor), { numRuns: 500 });
  return { failed, seed, counterexample };
}

const texts = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 120 }),
  // Halves of surrogate pairs too, which JSON may hold.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 120 })
    .map((units) => String.fromCharCode(...units)),
);

describe("a message that is written from its end", () => {
  test("has the texts and the lengths of one that is built", () => {
    const verdict = verdictOf(fc.tuple(texts, fc.uint8Array({ maxLength: 40_000 })), ([typeUrl, value]) => {
      const any: Any = create(AnySchema, { typeUrl, value });
      const found = written((into) => {
        const place = into.place;
        into.raw(value);
        if (value.length > 0) into.head(lengthTag(2), place);
        into.text(lengthTag(1), typeUrl);
      }, 16);
      return found === hex(toBinary(AnySchema, any));
    });
    expect(verdict).toMatchObject({ failed: false });
  });

  test("has the timestamps of one that is built, before 1970 too", () => {
    const verdict = verdictOf(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
      const bytes = toBinary(TimestampSchema, timestampFromMs(ms));
      const found = written((into) => into.timestamp(lengthTag(1), ms));
      return found === hex(Uint8Array.from([lengthTag(1), bytes.length, ...bytes]));
    });
    expect(verdict).toMatchObject({ failed: false });
  });

  test("has the values of a Struct that is built", () => {
    const keys = texts.map((text) => `custom:${text}`);
    const values = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie("value"), { maxLength: 4 }),
        fc
          .array(fc.tuple(keys, tie("value")), { maxLength: 4 })
          .map((entries) => Object.fromEntries(entries)),
      ),
    }));
    const verdict = verdictOf(fc.array(fc.tuple(keys, values.value), { maxLength: 6 }), (entries) => {
      const fields = Object.fromEntries(entries);
      const struct = hex(toBinary(StructSchema, fromJson(StructSchema, fields)));
      const found = written((into) => {
        for (const [key, value] of Object.entries(fields).toReversed())
          into.structEntry(structKey(key), value);
      }, 16);
      return found === struct;
    });
    expect(verdict).toMatchObject({ failed: false });
  });

  test("repeats a part, also where the room for it has to be made", () => {
    const found = written((into) => {
      const place = into.place;
      into.textAlone("abc");
      into.again(place, into.place);
      into.again(place, into.place);
    }, 8);
    expect(found).toBe(hex(Buffer.from("abcabcabcabc")));
  });

  test("leaves out what is empty, unless it is of a list", () => {
    expect(
      written((into) => {
        into.text(lengthTag(1), "");
        into.number(numberTag(2), 0);
      }),
    ).toBe("");
    expect(written((into) => into.presentText(lengthTag(1), ""))).toBe("0a00");
    expect(written((into) => into.presentNumber(numberTag(2), 0))).toBe("1000");
  });

  test("is over once it is cleared", () => {
    const writer = new MessageWriter();
    writer.textAlone("before");
    writer.clear();
    writer.textAlone("after");
    expect(Buffer.from(writer.since(0)).toString()).toBe("after");
  });

  test("has no field above 15, whose tag would take two bytes", () => {
    expect(lengthTag(15)).toBeLessThan(0x80);
    expect(() => lengthTag(16)).toThrow(RangeError);
  });
});
