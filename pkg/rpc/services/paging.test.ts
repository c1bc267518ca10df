import { describe, expect, test } from "vitest";
import { listRequest, onlyPage, requireProgress } from "./paging.ts";

describe("paging", () => {
  test("asks with the size as it came, 0 included, and with room for one message", () => {
    const asked = listRequest({ pageToken: "p1:x", pageSize: 0 });
    expect(asked).toEqual({ pageToken: "p1:x", pageSize: 0, maxBytes: 3_670_016 });
  });

  test("hands the page on", () => {
    const page = { items: [1, 2], nextPageToken: "b" };
    expect(requireProgress({ pageToken: "a", pageSize: 0 }, page)).toBe(page);
  });

  test("the last page of a listing without tokens is no repetition", () => {
    const page = { items: [], nextPageToken: "" };
    expect(requireProgress({ pageToken: "", pageSize: 0 }, page)).toBe(page);
  });

  test("a next token that was just used is internal, and not a page", () => {
    const repeated = (): unknown =>
      requireProgress({ pageToken: "a", pageSize: 0 }, { items: [1], nextPageToken: "a" });
    expect(repeated).toThrow(
      expect.objectContaining({ code: "internal", message: expect.stringMatching(/^next_page_token/) }),
    );
  });

  test("a token for a listing of one page is invalid", () => {
    expect(onlyPage({ pageToken: "", pageSize: 9 }, ["x"])).toEqual({ list: ["x"] });
    expect(() => onlyPage({ pageToken: "a", pageSize: 0 }, ["x"])).toThrow(
      expect.objectContaining({ code: "invalid-argument", message: expect.stringMatching(/^page_token/) }),
    );
  });
});
