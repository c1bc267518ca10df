import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { scimApp } from "../../../test/support/scim-app.ts";
import type { ScimService } from "../service.ts";

describe("a resource", () => {
  test("is answered with its location and its version", async () => {
    const { ask } = scimApp();
    const answer = await ask({ method: "POST", url: "Users", payload: {} });
    expect(answer.headers).toMatchObject({
      etag: 'W/"v1"',
      location: "https://scim.example.org/scim/v2/Users/new-1",
    });
  });

  test.for(['W/"v1"', '"v1"', "*", 'W/"v0", W/"v1"'])(
    "is not sent again to a client that has %s",
    async (tag) => {
      const { ask } = scimApp();
      const answer = await ask({ url: "Users/u-1", headers: { "if-none-match": tag } });
      expect(answer).toMatchObject({ status: 304, text: "", headers: { etag: 'W/"v1"' } });
    },
  );

  test("passes the conditions of a write on", async () => {
    const { ask, service } = scimApp();
    await ask({ method: "PUT", url: "Users/u-1", payload: {}, headers: { "if-match": 'W/"v0"' } });
    expect(service.calls[0]?.call?.ifMatch).toBe('W/"v0"');
  });

  test("has the attributes that are asked for", async () => {
    const { ask, service } = scimApp();
    const answer = await ask({ url: 'Users/u-1?attributes=userName,emails[type eq "a,b"].value' });
    expect(service.calls[0]?.call?.projection).toEqual({
      attributes: ["userName", 'emails[type eq "a,b"].value'],
    });
    expect(answer.body).toEqual({ schemas: expect.any(Array), id: "u-1" });
    expect(answer.headers["etag"]).toBe('W/"v1"');
    expect(await ask({ url: "Users/u-1?attributes=a&excludedAttributes=b" })).toMatchObject({ status: 400 });
  });

  test.for<["auto" | "resource" | "none", string, Record<string, string>, number]>([
    ["auto", "Users/u", {}, 200],
    ["auto", "Groups/g", {}, 204],
    ["auto", "Groups/g?attributes=displayName", {}, 200],
    ["auto", "Groups/g", { prefer: "return=representation" }, 200],
    ["auto", "Users/u", { prefer: "return=minimal" }, 204],
    ["none", "Users/u", {}, 204],
    ["resource", "Groups/g", {}, 200],
  ])("is answered after a PATCH with %s to %s", async ([patchAnswer, url, headers, status]) => {
    const { ask, service } = scimApp({}, { patchAnswer });
    expect((await ask({ method: "PATCH", url, payload: {}, headers })).status).toBe(status);
    const members = service.calls[0]?.call?.projection.excludedAttributes?.includes("members") === true;
    expect(members).toBe(status === 204);
  });
});

describe("a list", () => {
  test.for<[string, object]>([
    ["", { startIndex: 1, count: 100 }],
    ["startIndex=0&count=5", { startIndex: 1, count: 5 }],
    ["startIndex=-3&count=-1", { startIndex: 1, count: 0 }],
    ["startIndex=101&count=1000000", { startIndex: 101, count: 1000 }],
    ["STARTINDEX=2", { startIndex: 2 }],
    ["cursor", { cursor: "", startIndex: undefined }],
    ["cursor=abc&count=7", { cursor: "abc", count: 7 }],
    ["sortBy=userName&sortOrder=Descending", { sortBy: "userName", descending: true }],
    ["filter=userName%20eq%20%22a%2Bb%22", { filter: 'userName eq "a+b"' }],
    ["filter=userName+eq+a&aadOptscim062020&x=1", { filter: "userName eq a" }],
  ])("with ?%s is the query", async ([query, expected]) => {
    const { ask, service } = scimApp();
    expect((await ask({ url: `Users?${query}` })).status).toBe(200);
    expect(service.calls[0]?.query).toMatchObject(expected);
  });

  test.for<[string, string]>([
    ["startIndex=x", "invalidValue"],
    ["count=1.5", "invalidValue"],
    ["count=NaN", "invalidValue"],
    ["cursor&startIndex=1", "invalidValue"],
    ["cursor&count=0", "invalidCount"],
    ["cursor&count=1001", "invalidCount"],
    ["filter=a&filter=b", "invalidValue"],
    ["filter=%FF", "invalidValue"],
    ["filter=", "invalidFilter"],
    ["filter=+", "invalidFilter"],
    ["filter", "invalidFilter"],
    ["sortOrder=up", "invalidValue"],
  ])("with ?%s is refused as %s", async ([query, scimType]) => {
    const { ask, service } = scimApp();
    expect(await ask({ url: `Users?${query}` })).toMatchObject({ status: 400, body: { scimType } });
    expect(service.calls).toEqual([]);
  });

  test("is the same by a search, whose body says what is asked", async () => {
    const { ask, service } = scimApp();
    const payload = {
      filter: 'userName eq "a"',
      count: "5",
      startIndex: 2,
      attributes: ["id", "userName"],
      x: 1,
    };
    await ask({ method: "POST", url: ".search", payload });
    expect(service.calls[0]).toMatchObject({
      query: { kinds: ["User", "Group"], filter: 'userName eq "a"', count: 5, startIndex: 2 },
      call: { projection: { attributes: ["id", "userName"] } },
    });
  });

  test("is the same from bytes, whose characters are in UTF-8", async () => {
    const list: ScimService["list"] = async () => ({
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 1,
      resources: new TextEncoder().encode('[{"id":"é😀"}]'),
      nextCursor: undefined,
      readAt: undefined,
    });
    const { ask, events } = scimApp({ list });
    const answer = await ask({ url: "Users" });
    expect(answer.body).toMatchObject({ totalResults: 1, startIndex: 1, Resources: [{ id: "é😀" }] });
    expect(events[0]?.answerBytes).toBe(Buffer.byteLength(answer.text));
  });

  test("has its age, and the numbers of its page", async () => {
    const list: ScimService["list"] = async () => ({
      totalResults: 7,
      startIndex: undefined,
      itemsPerPage: 1,
      resources: '[{"id":"a"}]',
      nextCursor: "c",
      readAt: new Date(Date.UTC(2026, 10, 1) - 61_500),
    });
    const { ask } = scimApp({ list });
    expect(await ask({ url: "Users?cursor" })).toMatchObject({
      headers: { age: "61" },
      body: { totalResults: 7, itemsPerPage: 1, nextCursor: "c", Resources: [{ id: "a" }] },
    });
  });
});
