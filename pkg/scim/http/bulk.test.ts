import { describe, expect, test } from "vitest";
import { fakeResource } from "../../../test/support/fake-scim-service.ts";
import { type ScimAsk, scimApp } from "../../../test/support/scim-app.ts";
import { badRequest } from "../scim-error.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

describe("a Bulk request", () => {
  const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
  const bulk = (operations: readonly object[], more: object = {}): ScimAsk => ({
    method: "POST",
    url: "Bulk",
    payload: { schemas: [BULK], Operations: operations, ...more },
  });

  test("does its operations, a later one with the id that an earlier one created", async () => {
    const { ask, service } = scimApp();
    const answer = await ask(
      bulk([
        { method: "PATCH", path: "/Groups/bulkId:g", data: { value: "bulkId:u" } },
        { method: "post", path: "/Groups", bulkId: "g", data: { members: [{ value: "bulkId:u" }] } },
        { method: "POST", path: "/Users", bulkId: "u", data: { userName: "a" } },
        { method: "DELETE", path: "/Users/a%2Fb", version: 'W/"v1"' },
      ]),
    );
    expect(answer).toMatchObject({
      status: 200,
      body: {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        Operations: [
          { method: "PATCH", status: "204" },
          { method: "POST", bulkId: "g", status: "201", location: expect.stringMatching(/Groups\/new-2$/) },
          { method: "POST", bulkId: "u", status: "201", version: 'W/"v1"' },
          { method: "DELETE", status: "204" },
        ],
      },
    });
    expect(service.calls).toMatchObject([
      { operation: "create", kind: "User" },
      { operation: "create", kind: "Group", body: { members: [{ value: "new-1" }] } },
      { operation: "patch", id: "new-2", body: { value: "new-1" } },
      { operation: "remove", id: "a/b", call: { ifMatch: 'W/"v1"' } },
    ]);
  });

  test("answers 409 to operations that name each other, or what failed", async () => {
    const { ask } = scimApp({
      create: (kind, body) =>
        JSON.stringify(body).includes("bad")
          ? Promise.reject(badRequest("invalidValue", "bad"))
          : Promise.resolve(fakeResource(kind, "n")),
    });
    const answer = await ask(
      bulk([
        { method: "POST", path: "/Groups", bulkId: "a", data: { members: [{ value: "bulkId:b" }] } },
        { method: "POST", path: "/Groups", bulkId: "b", data: { members: [{ value: "bulkId:a" }] } },
        { method: "POST", path: "/Users", bulkId: "c", data: { userName: "bad" } },
        { method: "POST", path: "/Groups", bulkId: "d", data: { members: [{ value: "bulkId:c" }] } },
      ]),
    );
    expect(answer.body["Operations"]).toMatchObject([
      { bulkId: "a", status: "409", response: { status: "409" } },
      { bulkId: "b", status: "409" },
      { bulkId: "c", status: "400", response: { scimType: "invalidValue" } },
      { bulkId: "d", status: "409" },
    ]);
  });

  test("stops at failOnErrors", async () => {
    const { ask, service } = scimApp();
    const remove = (id: string) => ({ method: "DELETE", path: `/Users/${id}` });
    const operations = [remove("missing"), remove("a"), remove("missing"), remove("b")];
    const answer = await ask(bulk(operations, { failOnErrors: 2 }));
    expect(answer.body["Operations"]).toMatchObject([
      { status: "404" },
      { status: "204" },
      { status: "404" },
    ]);
    expect(service.calls).toHaveLength(3);
  });

  test.for<[string, ScimAsk, number]>([
    [
      "too many operations",
      bulk(Array.from({ length: 101 }, () => ({ method: "DELETE", path: "/Users/a" }))),
      413,
    ],
    ["no operations", bulk([]), 400],
    ["a GET", bulk([{ method: "GET", path: "/Users" }]), 400],
    ["a POST without a bulkId", bulk([{ method: "POST", path: "/Users", data: {} }]), 400],
    [
      "a bulkId twice",
      bulk([1, 2].map(() => ({ method: "POST", path: "/Users", bulkId: "a", data: {} }))),
      400,
    ],
    ["no schemas", { method: "POST", url: "Bulk", payload: { Operations: [{}] } }, 400],
  ])("with %s is refused", async ([, asked, status]) => {
    const { ask, service } = scimApp();
    expect(await ask(asked)).toMatchObject({ status, body: { schemas: [ERROR] } });
    expect(service.calls).toEqual([]);
  });

  test.for(["/Bulk", "/Nothing", "/Users", "Users/a", "/ServiceProviderConfig", "/Users/a?attributes=b"])(
    "does not do an operation on %s",
    async (path) => {
      const { ask, service } = scimApp();
      const answer = await ask(bulk([{ method: "DELETE", path }]));
      expect(answer.status).toBe(200);
      expect(answer.body["Operations"]).toMatchObject([{ status: expect.stringMatching(/^4/) }]);
      expect(service.calls).toEqual([]);
    },
  );
});
