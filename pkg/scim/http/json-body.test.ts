import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJsonBody } from "./json-body.ts";

const parse = (text: string, depth = 5): unknown => parseJsonBody(Buffer.from(text), depth);

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
