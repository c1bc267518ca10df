import { describe, expect, test } from "vitest";
import { decodePageToken, encodePageToken, firstPage, type PageCursor } from "./page-token.ts";

const cursor: PageCursor = {
  verb: "grants",
  scope: 'a"b:ç/🦊',
  marker: "m==/+",
  restarts: 1,
  after: "sub-1",
};

describe("page tokens", () => {
  test("come back as they went", () => {
    expect(decodePageToken(encodePageToken(cursor), "grants", cursor.scope)).toEqual(cursor);
  });

  test("are plain text that survives a checkpoint in JSON", () => {
    expect(encodePageToken(cursor)).toMatch(/^p1:[A-Za-z0-9_-]+$/);
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
