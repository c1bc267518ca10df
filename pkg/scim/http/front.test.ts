import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { type ScimAsk, scimApp } from "../../../test/support/scim-app.ts";
import { GovernanceError } from "../../core/errors.ts";
import { badRequest, ScimError } from "../scim-error.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

describe("a body", () => {
  test.for(["application/json", "application/scim+json; charset=utf-8", "APPLICATION/JSON;x=y", "text/json"])(
    "may be %s",
    async (type) => {
      const { ask } = scimApp();
      const answer = await ask({
        method: "POST",
        url: "Users",
        payload: {},
        headers: { "content-type": type },
      });
      expect(answer.status).toBe(201);
    },
  );

  test.for<[string, object]>([
    ["application/xml", {}],
    ["multipart/form-data; boundary=x", {}],
    ["application/json", { "content-encoding": "gzip" }],
  ])("of another type is refused: %s", async ([type, more]) => {
    const { ask } = scimApp();
    const headers = { "content-type": type, ...more };
    expect(await ask({ method: "POST", url: "Users", payload: {}, headers })).toMatchObject({
      status: 415,
      body: { schemas: [ERROR] },
    });
  });

  test.for<[string, string | Buffer]>([
    ["is not JSON", "{"],
    ["is a text", '"a"'],
    ["is a list", "[]"],
    ["is nothing", ""],
    ["is null", "null"],
    ["is not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["is nested too deep", `${'{"a":['.repeat(20)}${"]}".repeat(20)}`],
    ["has the name __proto__", '{"a":{"__proto__":{"b":1}}}'],
    ["has that name in escapes", '{"\\u005f_proto__":1}'],
    ["has the name constructor", '{"constructor":{"prototype":{"x":1}}}'],
  ])("that %s is refused, and not quoted", async ([, payload]) => {
    const { ask, service } = scimApp();
    const answer = await ask({ method: "POST", url: "Users", payload });
    expect(answer).toMatchObject({ status: 400, body: { schemas: [ERROR], scimType: "invalidSyntax" } });
    expect(service.calls).toEqual([]);
    expect(Reflect.get({}, "x")).toBeUndefined();
  });

  test("that is too large is refused", async () => {
    const { ask } = scimApp({}, { limits: { bodyBytes: 100 } });
    const payload = { userName: "x".repeat(200) };
    expect(await ask({ method: "POST", url: "Users", payload })).toMatchObject({
      status: 413,
      body: { status: "413" },
    });
  });
});

describe("a caller", () => {
  const callers = {
    "Bearer p": { name: "token:okta", role: "provision" },
    "Bearer r": { name: "token:reader", role: "read" },
  } as const;

  test("is named to the service", async () => {
    const { ask, service, events } = scimApp({}, { callers });
    await ask({ url: "Users/u", headers: { authorization: "Bearer p" } });
    expect(service.calls[0]?.call?.caller).toBe("token:okta");
    expect(events).toMatchObject([
      { method: "GET", endpoint: "/Users/{id}", status: 200, caller: "token:okta", error: undefined },
    ]);
  });

  test.for<[string, Record<string, string | string[]>]>([
    ["without credentials", {}],
    ["with a wrong token", { authorization: "Bearer x" }],
  ])("%s is answered 401, wherever it asks", async ([, headers]) => {
    const { ask, service, events } = scimApp({}, { callers });
    for (const url of ["Users", "Nothing", "ServiceProviderConfig", "Users/%zz"]) {
      const answer = await ask({ url, headers });
      expect(answer).toMatchObject({ status: 401, body: { schemas: [ERROR], status: "401" } });
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    }
    expect(service.calls).toEqual([]);
    expect(events.every(({ rejectedByAuth }) => rejectedByAuth === true)).toBe(true);
  });

  test("that may only read reads and searches, and changes nothing", async () => {
    const { ask, service, refused } = scimApp({}, { callers });
    const headers = { authorization: "Bearer r" };
    expect((await ask({ url: "Users", headers })).status).toBe(200);
    expect((await ask({ method: "POST", url: "Users/.search", payload: {}, headers })).status).toBe(200);
    const writes: readonly [ScimAsk["method"], string][] = [
      ["POST", "Users"],
      ["PUT", "Users/u"],
      ["PATCH", "Groups/g"],
      ["DELETE", "Users/u"],
      ["POST", "Bulk"],
    ];
    for (const [method, url] of writes) {
      expect(await ask({ method, url, payload: {}, headers })).toMatchObject({
        status: 403,
        body: { status: "403" },
      });
    }
    expect(service.calls.map(({ operation }) => operation)).toEqual(["list", "list"]);
    expect(refused).toContain("scim PATCH /Groups/{id}");
  });

  test("above its rate is answered 429, and others are served", async () => {
    const { ask } = scimApp({}, { callers, ratePerSecond: 2 });
    const headers = { authorization: "Bearer p" };
    const statuses = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await ask({ url: "Users", headers })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    expect((await ask({ url: "Users", headers })).headers["retry-after"]).toBe("1");
    expect((await ask({ url: "Users", headers: { authorization: "Bearer r" } })).status).toBe(200);
  });

  test("that goes away before it is known takes no room", async () => {
    const keys = Promise.withResolvers<void>();
    const limits = { requests: 2 };
    const { ask, service, events } = scimApp({}, { callers, limits, keysKnown: keys.promise });
    const headers = { authorization: "Bearer p" };
    const gone = new AbortController();
    const first = ask({ url: "Users", headers, signal: gone.signal });
    await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await expect(first).rejects.toThrow(/abort/i);
    keys.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(service.calls).toEqual([]);
    expect(events).toMatchObject([{ endpoint: "/Users", caller: "token:okta", error: { code: "canceled" } }]);
    expect((await ask({ url: "Users", headers })).status).toBe(200);
  });

  test("that goes away is refused all the same in what is logged", async () => {
    const keys = Promise.withResolvers<void>();
    const { ask, events } = scimApp({}, { callers, keysKnown: keys.promise });
    const gone = new AbortController();
    const first = ask({ url: "Users", signal: gone.signal });
    await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await expect(first).rejects.toThrow(/abort/i);
    keys.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toMatchObject([{ status: 401, rejectedByAuth: true }]);
  });

  test("with too many requests under way is answered 503, until one ends", async () => {
    const held = Promise.withResolvers<never>();
    const { ask } = scimApp({ get: () => held.promise }, { callers, limits: { requests: 2 } });
    const headers = { authorization: "Bearer p" };
    const first = ask({ url: "Users/u", headers });
    await new Promise((resolve) => setImmediate(resolve));
    const second = await ask({ url: "Users/u", headers });
    expect(second).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    held.reject(new ScimError(404, "gone"));
    expect((await first).status).toBe(404);
    expect((await ask({ url: "Users", headers })).status).toBe(200);
  });
});

describe("the headers of a request", () => {
  test("make a dry run, which the answer confirms", async () => {
    const { ask, service } = scimApp();
    const headers = {
      "dry-run": "true",
      "x-reason": "ticket 7",
      "end-sessions": "false",
      "x-client-metadata": '{"ticket":"7"}',
    };
    const answer = await ask({ method: "POST", url: "Users", payload: {}, headers });
    expect(answer).toMatchObject({ status: 200, headers: { "dry-run": "true" } });
    expect(service.calls[0]?.call).toMatchObject({
      dryRun: true,
      justification: "ticket 7",
      endSessions: false,
      clientMetadata: new Map([["ticket", "7"]]),
    });
  });

  test("that cannot be meant are refused before anything is done", async () => {
    const { ask, service } = scimApp();
    for (const headers of [
      { "dry-run": "yes" },
      { "dry-run": ["true", "false"] },
      { "end-sessions": "1" },
      { "x-reason": "\u0007" },
      { "x-reason": "x".repeat(501) },
      { "x-client-metadata": "hunter2" },
    ]) {
      const answer = await ask({ method: "DELETE", url: "Users/u", headers });
      expect(answer).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
    }
    expect(service.calls).toEqual([]);
  });

  test("decide the type of the answer", async () => {
    const { ask } = scimApp();
    const typeFor = async (accept: string) =>
      (await ask({ url: "Users", headers: { accept } })).headers["content-type"];
    expect(await typeFor("application/json")).toBe("application/json");
    expect(await typeFor("*/*")).toBe("application/scim+json");
    expect(await typeFor("application/json, application/scim+json;q=0.9")).toBe("application/scim+json");
    expect(await typeFor("text/html")).toBe("application/scim+json");
  });
});

describe("a failure", () => {
  test.for<[Error, number, object]>([
    [badRequest("invalidFilter", "the filter"), 400, { scimType: "invalidFilter" }],
    [new GovernanceError("already-exists", "userName is taken"), 409, { scimType: "uniqueness" }],
    [new GovernanceError("not-found", "no user", { reason: "user-gone" }), 404, {}],
    [new GovernanceError("throttled", "busy", { retryAt: new Date(Date.UTC(2026, 10, 1) + 7000) }), 429, {}],
    [new GovernanceError("unavailable", "AWS is away"), 503, {}],
    [new GovernanceError("unauthenticated", "AWS credentials have expired"), 500, {}],
    [new GovernanceError("permission-denied", "IAM denies", { reason: "iam-denied" }), 500, {}],
    [new GovernanceError("not-found", "no pool", { reason: "pool-missing" }), 500, {}],
    [new GovernanceError("failed-precondition", "start with --provisioning"), 403, {}],
    [new GovernanceError("refused-by-guard", "a guard"), 403, {}],
    [new Error("secret-value"), 500, {}],
  ])("%s is answered %i with SCIM's body", async ([error, status, body]) => {
    const { ask, events } = scimApp({ get: () => Promise.reject(error) });
    const answer = await ask({ url: "Users/u" });
    expect(answer).toMatchObject({ status, body: { schemas: [ERROR], status: String(status), ...body } });
    expect(answer.text).not.toMatch(/secret-value|IAM|credentials/);
    const waits = { 429: "7", 503: "5" }[status];
    expect(answer.headers["retry-after"]).toBe(waits);
    expect(events[0]?.error).toBeInstanceOf(Error);
  });
});
