// What SECURITY.md promises of SCIM, of the whole program.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { WRITE_OPERATIONS } from "../pkg/core/operations.ts";
import { member, text } from "./bench/bench-pool.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import type { StoredUser } from "./cognito/stored-user.ts";
import {
  type ScimRequest,
  type ScimService,
  type ScimServiceOptions,
  startScimService,
} from "./support/scim-service.ts";

const POOL = "us-east-1_Ab129faBb";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const GROUP_EXTENSION = "urn:connector:cognito:2.0:Group";

let service: ScimService | undefined;

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

function newPool(): Pool {
  return createPool({
    id: POOL,
    users: people(5),
    groups: ["staff", { name: "admins", roleArn: "arn:aws:iam::123456789012:role/admins" }],
  });
}

async function started(options: Omit<ScimServiceOptions, "pool">, pool = newPool()) {
  service = await startScimService({ ...options, pool });
  const [person] = pool.allUsers();
  if (person === undefined) throw new Error("the pool has people");
  return { pool, service, person, first: person.sub };
}

type Person = Pick<StoredUser, "sub" | "username">;

/** A request of each kind that changes something. */
function writes(
  { sub: user, username: userName }: Person,
  group: string,
): readonly (readonly [string, ScimRequest])[] {
  return [
    ["/Users", { method: "POST", json: { userName: "eve", emails: [{ value: "eve@example.com" }] } }],
    [`/Users/${user}`, { method: "PUT", json: { userName, nickName: "A" } }],
    [
      `/Users/${user}`,
      {
        method: "PATCH",
        json: { schemas: [PATCH], Operations: [{ op: "replace", path: "active", value: false }] },
      },
    ],
    [`/Users/${user}`, { method: "DELETE" }],
    ["/Groups", { method: "POST", json: { displayName: "Sales Team" } }],
    [
      `/Groups/${group}`,
      {
        method: "PATCH",
        json: { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: user }] }] },
      },
    ],
    [`/Groups/${group}`, { method: "PUT", json: { displayName: "staff", members: [{ value: user }] } }],
    [
      `/Groups/${group}`,
      {
        method: "PATCH",
        json: { schemas: [PATCH], Operations: [{ op: "replace", value: { displayName: "All staff" } }] },
      },
    ],
    [
      `/Users/${user}`,
      {
        method: "PATCH",
        json: { schemas: [PATCH], Operations: [{ op: "add", path: "externalId", value: "e-1" }] },
      },
    ],
    [`/Groups/${group}`, { method: "DELETE" }],
  ];
}

async function groupId(scim: ScimService, name: string): Promise<string> {
  const { body } = await scim.ask(`/Groups?filter=${encodeURIComponent(`displayName eq "${name}"`)}`);
  const list = member(body, "Resources");
  return text(Array.isArray(list) ? list[0] : undefined, "id");
}

const writeCount = ({ cognito }: ScimService): number =>
  [...WRITE_OPERATIONS].reduce((sum, operation) => sum + cognito.stats.count(operation), 0);

describe("no write reaches AWS", () => {
  test.for(["delete", "disable"])(
    "without --provisioning, and the answer names it: %s",
    async (deprovision) => {
      const args = [`--scim-deprovision=${deprovision}`];
      const { service: scim, person, first } = await started({ provisioning: false, args });
      for (const [path, request] of writes(person, await groupId(scim, "staff"))) {
        const { status, body } = await scim.ask(path, request);
        expect({ path, method: request.method, status }).toEqual({
          path,
          method: request.method,
          status: 403,
        });
        expect(text(body, "detail")).toContain("provisioning");
      }
      expect(writeCount(scim)).toBe(0);
      expect(text((await scim.ask(`/Users/${first}`)).body, "externalId")).toBe("undefined");
      expect(await groupId(scim, "staff")).not.toBe("undefined");
    },
  );

  test("of a caller with the role read, and none of anybody without credentials", async () => {
    const { service: scim, person, first } = await started({});
    const group = await groupId(scim, "staff");
    for (const [path, request] of writes(person, group)) {
      expect((await scim.ask(path, { ...request, as: "reader" })).status).toBe(403);
      const nobody = await scim.ask(path, { ...request, headers: { authorization: "Bearer wrong" } });
      expect(nobody.status).toBe(401);
      expect(nobody.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    for (const path of ["/Users", `/Users/${first}`, "/Schemas", "/ServiceProviderConfig", "/nothing"])
      expect((await scim.ask(path, { headers: { authorization: "" } })).status).toBe(401);
    expect((await scim.ask(`/Users/${first}`, { as: "reader" })).status).toBe(200);
    expect(writeCount(scim)).toBe(0);
  });

  test("with dry-run: true, and the answer says that it was one", async () => {
    const { service: scim, person } = await started({});
    for (const [path, request] of writes(person, await groupId(scim, "staff"))) {
      const reply = await scim.ask(path, { ...request, headers: { "dry-run": "true" } });
      expect({ path, method: request.method, isGood: reply.status < 300 }).toEqual({
        path,
        method: request.method,
        isGood: true,
      });
      expect(reply.headers.get("dry-run")).toBe("true");
    }
    expect(writeCount(scim)).toBe(0);
  });
});

describe("a client cannot", () => {
  test("give a group a role, nor fill one that has a role", async () => {
    const { service: scim, first, pool } = await started({});
    const role = { [GROUP_EXTENSION]: { roleArn: "arn:aws:iam::123456789012:role/root" } };
    const made = await scim.ask("/Groups", { method: "POST", json: { displayName: "ops", ...role } });
    expect(made.status).toBe(201);
    expect(pool.findGroup("ops")?.roleArn).toBeUndefined();
    const admins = await groupId(scim, "admins");
    const add = { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: first }] }] };
    expect((await scim.ask(`/Groups/${admins}`, { method: "PATCH", json: add })).status).toBe(403);
  });

  test("disable more accounts in an hour than the guard allows", async () => {
    const { service: scim, pool } = await started({ args: ["--max-disables-per-hour=2"] });
    const statuses: number[] = [];
    for (const { sub } of pool.allUsers()) {
      const json = { schemas: [PATCH], Operations: [{ op: "replace", value: { active: false } }] };
      statuses.push((await scim.ask(`/Users/${sub}`, { method: "PATCH", json })).status);
    }
    expect(statuses.filter((status) => status === 403)).toHaveLength(3);
    expect(pool.allUsers().filter(({ enabled }) => !enabled)).toHaveLength(2);
  });
});

test("a refused password leaves no user, and is in no answer", async () => {
  const { service: scim, pool } = await started({ args: ["--scim-password=permanent"] });
  const password = "qqplanted";
  const reply = await scim.ask("/Users", {
    method: "POST",
    json: { userName: "eve", emails: [{ value: "eve@example.com" }], password },
  });
  expect(reply).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
  expect(reply.text).not.toContain(password);
  expect(pool.stored("eve")).toBeUndefined();
});

describe("trouble with AWS is never an empty list, nor 401 or 403", () => {
  test.for([
    ["a denied action", { name: "AccessDeniedException", status: 400 }, 500],
    ["expired credentials", { name: "ExpiredTokenException", status: 400 }, 500],
    ["an unknown key", { name: "UnrecognizedClientException", status: 400 }, 500],
    [
      "a pool that is gone",
      { name: "ResourceNotFoundException", status: 400, message: `User pool ${POOL} does not exist.` },
      500,
    ],
    ["a fault of AWS", { name: "InternalErrorException", status: 500 }, 503],
  ] as const)("%s", { timeout: 180_000 }, async ([, error, status]) => {
    const { service: scim, first } = await started({ args: ["--patience-seconds=5"] });
    scim.cognito.script({ operation: ["ListUsers", "ListGroups", "GetGroup", "DescribeUserPool"], error });
    const paths = [
      `/Users?filter=${encodeURIComponent('userName eq "nobody"')}`,
      `/Users/${first}`,
      `/Groups?filter=${encodeURIComponent('displayName eq "nothing"')}`,
    ];
    for (const path of paths) {
      const reply = await scim.ask(path);
      expect({ path, status: reply.status }).toEqual({ path, status });
      expect(reply.headers.get("retry-after") === null).toBe(status === 500);
    }
    // Lists of the inventory go on.
    expect((await scim.ask("/Users?count=1")).body).toMatchObject({ totalResults: 5 });
  });

  test("throttling is waited for, then answered with the time to come back", {
    timeout: 180_000,
  }, async () => {
    const { service: scim, first } = await started({ args: ["--patience-seconds=5"] });
    scim.cognito.script({ operation: "ListUsers", throttle: true });
    const reply = await scim.ask(`/Users/${first}`);
    expect(reply.status).toBe(429);
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

test("nothing that a client sends is in a log, a metric or an error", { timeout: 180_000 }, async () => {
  const { service: scim, first } = await started({
    args: ["--scim-password=permanent", "--log-level=debug", "--health-check", "--health-check-port=0"],
  });
  const planted = {
    userName: "qqname",
    externalId: "qqexternal",
    displayName: "qqdisplay",
    name: { givenName: "qqgiven", familyName: "qqfamily" },
    emails: [{ value: "qqmail@example.com" }],
    phoneNumbers: [{ value: "+15550009999" }],
    password: "Qqsecret-1234",
  };
  const errors: string[] = [];
  const send = async (path: string, request: ScimRequest): Promise<void> => {
    const reply = await scim.ask(path, request);
    if (reply.status >= 400) errors.push(reply.text);
  };
  await send("/Users", { method: "POST", json: planted });
  await send("/Users", { method: "POST", json: planted });
  await send("/Users", { method: "POST", json: { ...planted, emails: [{ value: "qqmail no address" }] } });
  await send("/Users", { method: "POST", json: { ...planted, userName: "qqname with space" } });
  await send("/Users", { method: "POST", json: { ...planted, active: "qqactive" } });
  await send(`/Users/${first}`, { method: "PUT", json: planted });
  await send(`/Users/${first}`, {
    method: "PATCH",
    json: { schemas: [PATCH], Operations: [{ op: "qqop", path: "qqpath", value: "qqvalue" }] },
  });
  await send("/Groups", {
    method: "POST",
    json: { displayName: "q".repeat(300), members: [{ value: "qqmember" }] },
  });
  await send(`/Users?filter=${encodeURIComponent('qqattribute eq "qqfilter"')}`, {});
  await send(`/Users?filter=${encodeURIComponent('userName eq "qqunended')}`, {});
  await send(`/Users/qqid?cursor=qqcursor`, {});
  const address = /"address":"([^"]+)"[^\n]*"msg":"serving health/.exec(scim.log())?.[1] ?? "";
  const metrics = await (await fetch(`http://${address}/metrics`)).text();
  expect(metrics).toContain("connector_scim");
  const log = await scim.stop();
  service = undefined;
  expect(errors.length).toBeGreaterThan(5);
  for (const [where, all] of Object.entries({ log, metrics, errors: errors.join("\n") }))
    for (const marker of [
      "qqname",
      "qqexternal",
      "qqdisplay",
      "qqgiven",
      "qqfamily",
      "qqmail",
      "0009999",
      "Qqsecret",
      "qqvalue",
      "qqfilter",
      "qqunended",
      "qqmember",
      "Bearer token",
    ])
      expect({ where, has: all.includes(marker) ? marker : "" }).toEqual({ where, has: "" });
});

test("what is kept beside the pool is for its owner alone", async () => {
  const { service: scim } = await started({});
  await scim.ask("/Groups", { method: "POST", json: { displayName: "Sales Team" } });
  const files = readdirSync(scim.stateDir).filter((name) => name.includes(".scim"));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect(statSync(join(scim.stateDir, file)).mode & 0o077).toBe(0);
});
