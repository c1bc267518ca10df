import { describe, expect, test } from "vitest";
import { type ScimAsk, scimApp } from "../../../test/support/scim-app.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

describe("an endpoint", () => {
  test.for<[ScimAsk["method"], string, object | undefined, number, string]>([
    ["GET", "Users", undefined, 200, "list"],
    ["GET", "Users/", undefined, 200, "list"],
    ["GET", "Users?", undefined, 200, "list"],
    ["GET", "Users?filter=userName+eq+%22a%22&", undefined, 200, "list"],
    ["POST", "Users", { userName: "a" }, 201, "create"],
    ["GET", "Users/u-1", undefined, 200, "get"],
    ["PUT", "Users/u-1", { userName: "a" }, 200, "replace"],
    ["PUT", "Users/u-1?", { userName: "a" }, 200, "replace"],
    ["PATCH", "Users/u-1", { Operations: [] }, 200, "patch"],
    ["DELETE", "Users/u-1", undefined, 204, "remove"],
    ["GET", "Groups", undefined, 200, "list"],
    ["POST", "Groups", { displayName: "g" }, 201, "create"],
    ["PATCH", "Groups/g-1", { Operations: [] }, 204, "patch"],
    ["POST", "Users/.search", {}, 200, "list"],
    ["POST", "Groups/.search", {}, 200, "list"],
    ["POST", ".search", {}, 200, "list"],
  ])("%s %s is answered by its operation", async ([method, url, payload, status, operation]) => {
    const { ask, service } = scimApp();
    const answer = await ask({ method, url, payload });
    expect(answer.status).toBe(status);
    expect(service.calls.map((call) => call.operation)).toEqual([operation]);
    expect(answer.headers["content-type"]).toBe(status === 204 ? undefined : "application/scim+json");
    expect(answer.text === "").toBe(status === 204);
  });

  test.for<[ScimAsk["method"], string, number]>([
    ["GET", "ServiceProviderConfig", 200],
    ["GET", "ResourceTypes", 200],
    ["GET", "ResourceType", 200],
    ["GET", "ResourceTypes/User", 200],
    ["GET", "ResourceTypes/Nobody", 404],
    ["GET", "Schemas", 200],
    ["GET", "Schemas/URN:ietf:params:scim:schemas:core:2.0:User", 200],
    ["GET", "Schemas?filter=id%20pr", 403],
    ["POST", "Schemas", 405],
    ["DELETE", "ServiceProviderConfig", 405],
    ["PUT", "ResourceTypes/User", 405],
    ["PUT", "Users", 405],
    ["GET", "Users/.search", 405],
    ["OPTIONS", "Users", 405],
    ["GET", "Me", 501],
    ["PATCH", "Me", 501],
    ["GET", "Nothing", 404],
    ["GET", "Users/a/b", 404],
    ["GET", "Users//a", 404],
    ["GET", "Users/..", 404],
    ["GET", "Users/%2e%2E", 404],
    ["GET", "/", 404],
    ["GET", "/scim/v1/Users", 404],
    ["GET", "/scim/v2x/Users", 404],
  ])("%s %s is answered %i", async ([method, url, status]) => {
    const { ask, service } = scimApp();
    const { body, headers, ...answer } = await ask({ method, url });
    expect(answer.status).toBe(status);
    expect(service.calls).toEqual([]);
    const failed = { schemas: [ERROR], status: String(status), detail: expect.any(String) };
    expect(body).toMatchObject(status < 400 ? {} : failed);
    expect(headers["allow"] !== undefined).toBe(status === 405);
  });

  test.for(["a%2Fb", "%252F", "..%2F..", "a+b", "%F0%9F%98%80", "%27%22%25", "a%20b", "a;b", "%C3%A9"])(
    "decodes the id %s once",
    async (id) => {
      const { ask, service } = scimApp();
      expect((await ask({ url: `Users/${id}` })).status).toBe(200);
      expect(service.calls[0]?.id).toBe(decodeURIComponent(id));
    },
  );

  test.for(["%", "%zz", "%C3%28", "%FF"])("refuses the path %s, which is not UTF-8", async (id) => {
    const { ask } = scimApp();
    expect(await ask({ url: `Users/${id}` })).toMatchObject({
      status: 400,
      body: { schemas: [ERROR], scimType: "invalidSyntax" },
    });
  });

  test("is also below the path of the base URL", async () => {
    const { ask } = scimApp({}, { basePath: "/cognito/scim" });
    expect((await ask({ url: "/cognito/scim/Users/u-1" })).status).toBe(200);
    expect((await ask({ url: "/scim/v2/Users/u-1" })).status).toBe(200);
  });
});
