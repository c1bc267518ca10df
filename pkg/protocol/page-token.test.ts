import { describe, expect, test } from "vitest";
import { NO_MARKERS } from "../core/marker-trail.ts";
import {
  decodePageToken,
  encodePageToken,
  firstPage,
  type PageCursor,
  withoutRestarts,
} from "./page-token.ts";

const cursor: PageCursor = {
  verb: "grants",
  scope: 'a"b:ç/🦊',
  marker: "m==/+",
  restarts: 1,
  after: "sub-1",
  trail: { kept: 2 ** 53 - 1, count: 7 },
};

describe("page tokens", () => {
  test("come back as they went", () => {
    expect(decodePageToken(encodePageToken(cursor), "grants", cursor.scope)).toEqual(cursor);
  });

  test("without their restarts are of the same place, and another text stays as it is", () => {
    const again = withoutRestarts(encodePageToken(cursor));
    expect(decodePageToken(again, "grants", cursor.scope)).toEqual({ ...cursor, restarts: 0 });
    for (const other of ["", "17", "p1:", "p1:e30"]) expect(withoutRestarts(other)).toBe(other);
  });

  test("are plain text that survives a checkpoint in JSON", () => {
    expect(encodePageToken(cursor)).toMatch(/^p1:[A-Za-z0-9_-]+$/);
  });

  test("of a version that kept no marker are taken, and say nothing of the markers so far", () => {
    const { verb, scope, marker, restarts, after } = cursor;
    const text = JSON.stringify([verb, scope, marker, restarts, after]);
    const earlier = `p1:${Buffer.from(text, "utf8").toString("base64url")}`;
    expect(decodePageToken(earlier, "grants", scope)).toEqual({ ...cursor, trail: NO_MARKERS });
  });

  test("grow by few bytes with what is kept of the markers", () => {
    const without = encodePageToken({ ...cursor, trail: NO_MARKERS });
    expect(encodePageToken(cursor).length - without.length).toBeLessThan(40);
  });

  test("say what the rows so far have shown, in few bytes", () => {
    const rows = { kept: 2 ** 31 - 1, repeats: 9, empty: 999 };
    const token = encodePageToken({ ...cursor, trail: { ...cursor.trail, rows } });
    expect(decodePageToken(token, "grants", cursor.scope)).toEqual({
      ...cursor,
      trail: { ...cursor.trail, rows },
    });
    expect(token.length - encodePageToken(cursor).length).toBeLessThan(26);
  });

  test("an empty one is the first page", () => {
    expect(decodePageToken("", "users", "")).toEqual(firstPage("users", ""));
  });

  test.for([
    ["a foreign one", "eyJhIjoxfQ"],
    ["an unknown version", encodePageToken(cursor).replace("p1:", "p2:")],
    ["a truncated one", encodePageToken(cursor).slice(0, -4)],
    ["one of another shape", `p1:${Buffer.from('["grants","x"]').toString("base64url")}`],
    ["one with a negative count", `p1:${Buffer.from('["grants","x",null,-1,null]').toString("base64url")}`],
    ["one with half a trail", `p1:${Buffer.from('["grants","x",null,0,null,1]').toString("base64url")}`],
    ["one with no markers", `p1:${Buffer.from('["grants","x",null,0,null,1,0]').toString("base64url")}`],
    ["one with more", `p1:${Buffer.from('["grants","x",null,0,null,1,2,3]').toString("base64url")}`],
    [
      "one with half of the rows",
      `p1:${Buffer.from('["grants","x",null,0,null,1,2,3,4]').toString("base64url")}`,
    ],
    [
      "one with rows and more",
      `p1:${Buffer.from('["grants","x",null,0,null,1,2,3,4,5,6]').toString("base64url")}`,
    ],
    ["one with a text", `p1:${Buffer.from('["grants","x",null,0,null,"1",2]').toString("base64url")}`],
    ["raw Cognito", "CAIS..."],
  ] as const)("%s is refused as page_token", ([, token]) => {
    expect(() => decodePageToken(token, "grants", cursor.scope)).toThrow(/^page_token: not issued/);
  });

  test.for([
    ["users", ""],
    ["grants", "another group"],
  ] as const)("one of another listing is refused by %s %s", ([verb, scope]) => {
    expect(() => decodePageToken(encodePageToken(cursor), verb, scope)).toThrow(
      /^page_token: issued for another/,
    );
  });
});
