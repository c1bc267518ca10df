// A caller with credentials sends SCIM requests that nobody sends by mistake: each is refused with a SCIM error, changes
// nothing, and another caller is answered meanwhile.
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { member } from "./bench/bench-pool.ts";
import { type HostileScim, post, SCIM_ERROR, startHostileScim } from "./support/hostile-scim.ts";
import type { ScimReply, ScimRequest } from "./support/scim-service.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const MEBI = 2 ** 20;

let scim: HostileScim;

beforeAll(async () => {
  scim = await startHostileScim();
}, 180_000);

afterAll(async () => await scim.service.stop());

const scimType = (reply: ScimReply): unknown => member(reply.body, "scimType");

const patch = (Operations: unknown): ScimRequest => ({
  method: "PATCH",
  json: { schemas: [PATCH], Operations },
});

describe("a body", () => {
  test.for([
    ["of 100,000 arrays in one another", "[".repeat(100_000)],
    ["of 100,000 objects in one another", '{"a":'.repeat(100_000)],
    [
      "whose name is 10,000 objects deep",
      `{"userName":"a","name":${'{"name":'.repeat(10_000)}1${"}".repeat(10_001)}`,
    ],
    ["that is cut", '{"userName":"eve"'],
    ["that is a text", '"eve"'],
    ["that is a list", '[{"userName":"eve"}]'],
    ["that is null", "null"],
    ["that is empty", ""],
  ] as const)("%s is refused", async ([, json]) => {
    const reply = await scim.refused("/Users", post(json));
    expect([reply.status, scimType(reply)]).toEqual([400, "invalidSyntax"]);
  });

  test("with a number that JSON cannot hold is refused", async () => {
    const reply = await scim.refused("/Users", post('{"userName":1e400}'));
    expect([reply.status, scimType(reply)]).toEqual([400, "invalidValue"]);
  });

  test("of 10 MiB is refused before it has arrived, twenty at once, in little memory", async () => {
    const before = scim.service.rssBytes();
    const json = `{"userName":"${"x".repeat(10 * MEBI)}"}`;
    const replies = Promise.allSettled(
      Array.from({ length: 20 }, async () => await scim.service.ask("/Users", post(json))),
    );
    expect(await scim.statusesDuring(replies)).toEqual(new Set([200]));
    // A client that sends on after the answer may find its connection cut.
    const answers = (await replies).flatMap((reply) => (reply.status === "fulfilled" ? [reply.value] : []));
    expect(answers.filter(({ status }) => status !== 413)).toEqual([]);
    expect(scim.service.rssBytes() - before).toBeLessThan(150 * MEBI);
  });

  test("that unpacks to 200 MiB is not unpacked", async () => {
    const packed = gzipSync(Buffer.alloc(200 * MEBI, " "));
    const before = scim.service.rssBytes();
    const reply = await fetch(`${scim.service.base}/Users`, {
      method: "POST",
      headers: {
        authorization: "Bearer token-of-the-identity-provider",
        "content-type": "application/scim+json",
        "content-encoding": "gzip",
      },
      body: packed,
    });
    expect([reply.status, await reply.json()]).toEqual([
      415,
      expect.objectContaining({ schemas: [SCIM_ERROR] }),
    ]);
    expect(scim.service.rssBytes() - before).toBeLessThan(100 * MEBI);
  });

  test("that is not UTF-8 is refused", async () => {
    const bytes = Buffer.from([...Buffer.from('{"userName":"e'), 0xff, 0xfe, 0xc3, ...Buffer.from('ve"}')]);
    const reply = await fetch(`${scim.service.base}/Users`, {
      method: "POST",
      headers: {
        authorization: "Bearer token-of-the-identity-provider",
        "content-type": "application/scim+json",
      },
      body: bytes,
    });
    expect([reply.status, await reply.json()]).toEqual([
      400,
      expect.objectContaining({ schemas: [SCIM_ERROR], scimType: "invalidSyntax" }),
    ]);
  });

  test.for([
    ["text/html", 415],
    ["multipart/form-data; boundary=x", 415],
    ["application/json, application/scim+json", 415],
  ] as const)("of the type %s is refused", async ([type, status]) => {
    const reply = await scim.refused("/Users", {
      ...post({ userName: "eve" }),
      headers: { "content-type": type },
    });
    expect(reply.status).toBe(status);
  });

  test.for([
    '{"__proto__":{"admin":true},"userName":"eve"}',
    '{"userName":"eve","name":{"__proto__":{"admin":true}}}',
    '{"userName":"eve","constructor":{"prototype":{"admin":true}}}',
  ])("with keys of JavaScript's prototypes is refused, and changes no object: %s", async (json) => {
    const reply = await scim.service.ask("/Users", { ...post(json), headers: { "dry-run": "true" } });
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain("admin");
    const read = await scim.service.ask(`/Users/${scim.first}`);
    expect(read.status).toBe(200);
    expect(read.text).not.toContain("admin");
  });
});

describe("a PATCH", () => {
  const remove = { op: "remove", path: "nickName" };

  test.for([
    ["with 100,000 operations", 413, Array.from({ length: 100_000 }, () => remove)],
    ["with 20,000 operations", 413, Array.from({ length: 20_000 }, () => remove)],
    ["without operations", 400, []],
    ["with an operation that is a list", 400, [[]]],
    ["with a path of the prototype", 400, [{ op: "add", path: "__proto__.admin", value: true }]],
    [
      "with a path of the constructor",
      400,
      [{ op: "add", path: "constructor.prototype.admin", value: true }],
    ],
    [
      "with a path that is 100,000 characters long",
      400,
      [{ op: "add", path: "a".repeat(100_000), value: 1 }],
    ],
    [
      "with a path of 10,000 filters",
      400,
      [{ op: "add", path: "emails[type eq 1]".repeat(10_000), value: 1 }],
    ],
    ["with a filter in a filter", 400, [{ op: "remove", path: 'emails[emails[type eq "a"]]' }]],
    ["with a path that is a number", 400, [{ op: "replace", path: 7, value: 1 }]],
    ["with an operation that SCIM does not have", 400, [{ op: "move", path: "nickName", value: "x" }]],
  ] as const)("%s is refused", async ([, expected, operations]) => {
    const { status } = await scim.refused(`/Users/${scim.first}`, patch(operations));
    expect(status).toBe(expected);
  });

  test("of 100,000 members that are not there is refused, and names few of them", async () => {
    const value = Array.from({ length: 100_000 }, (_, at) => ({ value: `nobody-${at}` }));
    const group = member(await groupNamed("staff"), "id");
    const { status } = await scim.refused(
      `/Groups/${String(group)}`,
      patch([{ op: "add", path: "members", value }]),
    );
    expect(status).toBe(400);
  });
});

async function groupNamed(name: string): Promise<unknown> {
  const { body } = await scim.service.ask(`/Groups?filter=${encodeURIComponent(`displayName eq "${name}"`)}`);
  const list = member(body, "Resources");
  return Array.isArray(list) ? list[0] : undefined;
}

describe("a bulk request", () => {
  test.for([
    [
      "of 100,000 operations",
      413,
      Array.from({ length: 100_000 }, () => ({ method: "DELETE", path: `/Users/x` })),
    ],
    [
      "of more operations than are allowed",
      413,
      Array.from({ length: 5000 }, () => ({ method: "DELETE", path: `/Users/x` })),
    ],
    ["that is not a list", 400, { method: "DELETE" }],
  ] as const)("%s is refused", async ([, expected, Operations]) => {
    const { status } = await scim.refused("/Bulk", post({ schemas: [BULK], Operations }));
    expect(status).toBe(expected);
  });

  test("with references in a circle ends, and makes nothing", async () => {
    const before = scim.poolText();
    const operation = (bulkId: string, to: string) => ({
      method: "POST",
      path: "/Groups",
      bulkId,
      data: { displayName: bulkId, members: [{ value: `bulkId:${to}` }] },
    });
    const { status, body } = await scim.service.ask(
      "/Bulk",
      post({ schemas: [BULK], Operations: [operation("one", "two"), operation("two", "one")] }),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ Operations: [{ status: "409" }, { status: "409" }] });
    expect(scim.poolText()).toBe(before);
  });
});
