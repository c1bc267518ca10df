import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { NO_MARKERS } from "../core/marker-trail.ts";
import { decodePartsToken, encodePartsToken, isPartsToken, type PartsCursor } from "./parts-token.ts";

const CURSOR: PartsCursor = {
  listings: 3,
  open: [
    { prefix: "0", marker: "m/1=", after: undefined, trail: { kept: 77, count: 3 } },
    {
      prefix: "1",
      marker: "n",
      after: undefined,
      trail: { kept: 7, count: 3, rows: { kept: 5, repeats: 2, empty: 1 } },
    },
    { prefix: "f", marker: undefined, after: "sub-7", trail: NO_MARKERS },
  ],
  begun: 5,
  sent: 120,
};

describe("the token of a listing in parts", () => {
  test("holds where every part goes on", () => {
    const token = encodePartsToken(CURSOR);
    expect(isPartsToken(token)).toBe(true);
    expect(decodePartsToken(token)).toEqual(CURSOR);
  });

  test("of a version that kept no marker is taken", () => {
    const token = `s1:${Buffer.from('[3,5,120,[["0","m",null]]]', "utf8").toString("base64url")}`;
    expect(decodePartsToken(token).open).toEqual([
      { prefix: "0", marker: "m", after: undefined, trail: NO_MARKERS },
    ]);
  });

  test.for([
    ["half a trail", '[3,5,120,[["0",null,null,1]]]'],
    ["a negative marker", '[3,5,120,[["0",null,null,-1,2]]]'],
    ["no JSON", "{"],
    ["no list", "{}"],
    ["too few members", "[3,5,120]"],
    ["more parts than listings", '[1,5,120,[["0",null,null],["1",null,null]]]'],
    ["more listings than there may be", '[65,5,120,[["0",null,null]]]'],
    ["no part", "[3,5,120,[]]"],
    ["a negative count", '[3,-5,120,[["0",null,null]]]'],
    ["a broken count", '[3,5,1.5,[["0",null,null]]]'],
    ["another prefix", '[3,5,120,[["0\\"",null,null]]]'],
    ["a prefix that is too long", '[3,5,120,[["000",null,null]]]'],
    ["a number as a marker", '[3,5,120,[["0",7,null]]]'],
    ["a number as a key", '[3,5,120,[["0",null,7]]]'],
    ["a text as a part", '[3,5,120,["0"]]'],
  ])("is invalid with %s", ([, text]) => {
    const token = `s1:${Buffer.from(text ?? "", "utf8").toString("base64url")}`;
    expect(() => decodePartsToken(token)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});
