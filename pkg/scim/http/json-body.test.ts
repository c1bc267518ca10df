import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timed } from "../../../test/support/cpu-time.ts";
import { parseJsonBody } from "./json-body.ts";

const parse = (text: string, jsonDepth = 5): unknown =>
  parseJsonBody(Buffer.from(text), { jsonDepth, jsonValues: 500_000, jsonNames: 1000 });

describe("a JSON body", () => {
  test("is what JSON.parse makes of it, for any JSON", () => {
    const seed = Date.now();
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        fc.pre(!/"(?:__proto__|constructor|prototype)"/.test(text));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
      { seed },
    );
  });

  test.for(["[[[[[]]]]]", '{"a":{"a":{"a":{"a":{}}}}}', '["[[[[[[[[","\\"[[[[[[[",[[[]]]]', '"\\\\",['])(
    "may be nested as deep as allowed, whatever its texts hold: %s",
    (text) => {
      expect(() => parse(text, 5)).not.toThrow(/nested/);
    },
  );

  test.for(["[[[[[[]]]]]]", '{"a":{"a":{"a":{"a":{"a":{}}}}}}', '["\\\\",[[[[[', "[".repeat(1_000_000)])(
    "that is nested deeper is refused before it is parsed",
    (text) => {
      expect(() => parse(text, 5)).toThrow("nested deeper than 5");
    },
  );

  test.for([
    ["numbers", `[${"0,".repeat(4_000_000)}0]`],
    ["lists", `[${"[],".repeat(2_500_000)}0]`],
    ["objects", `[${"{},".repeat(2_500_000)}0]`],
    ["members", `[${'{"a":0},'.repeat(300_000)}0]`],
  ])("of a million values and more is refused before it is parsed: %s", ([, text = ""]) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ status: 413, message: "the body has more than 500000 values" }),
    );
  });

  test("with an object of more names than any schema has is refused before it is parsed", () => {
    const object = (names: number) =>
      `{${Array.from({ length: names }, (_, at) => `"a:${at},":{"b":[1,2]}`).join(",")}}`;
    expect(parse(`[${object(1000)},${object(1000)}]`)).toHaveLength(2);
    expect(() => parse(`[${object(1001)}`)).toThrow(
      expect.objectContaining({ status: 413, message: "an object of the body has more than 1000 names" }),
    );
  });

  test("of the members of a large group is taken, and takes no more time than its bytes", () => {
    const members = Array.from({ length: 80_000 }, (_, at) => ({
      value: `u-${at}`,
      display: "a",
      $ref: "../Users",
      type: "User",
    }));
    const text = JSON.stringify({ members });
    const { result, ms } = timed(() => parse(text));
    expect(result).toEqual({ members });
    expect(ms).toBeLessThan(3000);
  });

  test("has no name that reaches a prototype, at any depth and in any spelling", () => {
    for (const name of ["__proto__", "\\u005f\\u005fproto\\u005f\\u005f", "constructor", "prototype"]) {
      expect(() => parse(`[{"a":{"${name}":{"polluted":true}}}]`)).toThrow("is not the name of an attribute");
    }
    expect(parse('{"a":"__proto__","proto":1}')).toEqual({ a: "__proto__", proto: 1 });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("may begin with a byte order mark", () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
  });
});
