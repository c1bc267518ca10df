import { describe, expect, test } from "vitest";
import { mergedClientMetadata, parseClientMetadata } from "./client-metadata.ts";

describe("client metadata", () => {
  test.for<[string, Record<string, string>]>([
    ["ticket=4711", { ticket: "4711" }],
    ["ticket=4711,tenant=blue", { ticket: "4711", tenant: "blue" }],
    ["note=a, b and c,tenant=blue", { note: "a, b and c", tenant: "blue" }],
    ["empty=", { empty: "" }],
    ["sum=1=1", { sum: "1=1" }],
    ['{"note": "a,b=c"}', { note: "a,b=c" }],
  ])("is read from %s", ([text, pairs]) => {
    expect(parseClientMetadata(text)).toEqual({ value: new Map(Object.entries(pairs)) });
  });

  test.for<[string, string]>([
    ["hunter2", "must be KEY=VALUE"],
    ["=hunter2", "a key is empty"],
    ["a=hunter2,a=hunter2", 'the key "a" is given twice'],
    ['{"a": "hunter2", "a": "hunter2"}', "a member is given twice"],
    ['{"a": {"hunter2": 1}}', "must be a JSON object of texts"],
    ['{"a": "hunter2"', "must be a JSON object of texts"],
    [`a=${"hunter2".repeat(2000)}`, "more than 8192 characters"],
  ])("that is wrong is refused without its value", ([text, problem]) => {
    const parsed = parseClientMetadata(text);
    expect(parsed).toEqual({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(parsed)).not.toContain("hunter2");
  });

  test("of one change replaces the default key by key", () => {
    const defaults = new Map([
      ["tenant", "blue"],
      ["source", "connector"],
    ]);
    expect(mergedClientMetadata(defaults, new Map([["tenant", "red"]]))).toEqual(
      new Map([
        ["tenant", "red"],
        ["source", "connector"],
      ]),
    );
    expect(mergedClientMetadata(defaults, undefined)).toBe(defaults);
    expect(mergedClientMetadata(undefined, undefined)).toBeUndefined();
  });
});
