import { describe, expect, test } from "vitest";
import { listRequest, onlyPage, pageAnswer } from "./paging.ts";

describe("paging", () => {
  test("asks with the size as it came, 0 included, and with room for one message", () => {
    const asked = listRequest({ pageToken: "p1:x", pageSize: 0 });
    expect(asked).toEqual({ pageToken: "p1:x", pageSize: 0, maxBytes: 3_670_016 });
  });

  test("hands the page on", () => {
    const answer = pageAnswer({ pageToken: "a", pageSize: 0 }, { items: [1, 2], nextPageToken: "b" });
    expect(answer).toEqual({ list: [1, 2], nextPageToken: "b" });
  });

  test("the last page of a listing without tokens is no repetition", () => {
    expect(pageAnswer({ pageToken: "", pageSize: 0 }, { items: [], nextPageToken: "" })).toMatchObject({
      nextPageToken: "",
    });
  });

  test("a next token that was just used is internal, and not a page", () => {
    const repeated = (): unknown =>
      pageAnswer({ pageToken: "a", pageSize: 0 }, { items: [1], nextPageToken: "a" });
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
