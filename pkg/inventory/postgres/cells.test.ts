import { describe, expect, test } from "vitest";
import { postgresCell, sentValue } from "./cells.ts";
import { copyText, storableJson } from "./target/copy-rows.ts";

describe("values of PostgreSQL as cells", () => {
  test.for([
    [16, "t", true],
    [16, "f", false],
    [20, "9007199254740991", Number.MAX_SAFE_INTEGER],
    [20, "9007199254740992", "9007199254740992"],
    [20, "-1", -1],
    [701, "-Infinity", "-Infinity"],
    [1700, "1.5000000000000000", 1.5],
    [1700, "-0.000", 0],
    [1700, "100", 100],
    [1700, "0.1234567890123456789", "0.1234567890123456789"],
    [1184, "2026-10-01 12:00:00+00", "2026-10-01T12:00:00.000Z"],
    [1184, "2026-10-01 12:00:00.1+00", "2026-10-01T12:00:00.100Z"],
    [1184, "2026-10-01 12:00:00.123999+00", "2026-10-01T12:00:00.123Z"],
    [1184, "-infinity", "-infinity"],
    [1184, "0044-03-15 00:00:00+00 BC", "0044-03-15 00:00:00+00 BC"],
    [114, '{"a":1}', '{"a":1}'],
    [1082, "2026-10-01", "2026-10-01"],
  ] as const)("of type %i: %s", ([oid, text, expected]) => {
    const found = postgresCell(oid, text);
    expect(typeof found === "number" ? found + 0 : found).toBe(expected);
  });

  test("and parameters, as the server reads them", () => {
    const values = [null, "a\0b", 1, 9007199254740993n, true, new Date("2026-10-01T12:00:00.5Z")];
    expect(values.map(sentValue)).toEqual([
      null,
      "a␀b",
      "1",
      "9007199254740993",
      "true",
      "2026-10-01T12:00:00.500Z",
    ]);
  });
});

describe("values on their way to PostgreSQL", () => {
  test("are escaped for COPY", () => {
    expect([null, true, false, 7, "", "\\N", "a\tb\nc\rd\\e\0"].map(copyText)).toEqual([
      "\\N",
      "t",
      "f",
      "7",
      "",
      "\\\\N",
      "a\\tb\\nc\\rd\\\\e␀",
    ]);
  });

  test("are JSON that PostgreSQL can take apart", () => {
    const stored = (value: unknown) => storableJson(JSON.stringify(value));
    expect(stored({ a: "x\0y" })).toBe('{"a":"x\\u2400y"}');
    expect(stored("\ud800 half")).toBe('"\\ufffd half"');
    expect(stored("\\u0000 and \\\\u0000")).toBe(JSON.stringify("\\u0000 and \\\\u0000"));
    expect(storableJson('"\\ud83d\\uDE00 \\uDE00 \\u00e9"')).toBe('"\\ud83d\\uDE00 \\ufffd \\u00e9"');
    expect(stored({ plain: "ä" })).toBe('{"plain":"ä"}');
  });
});
