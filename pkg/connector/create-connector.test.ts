import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import {
  fakeDirectory,
  POOL,
  someGroup,
  somePool,
  throttledError,
  userNumber,
} from "../../test/support/fake-directory.ts";
import { createStage } from "../../test/support/provision-stage.ts";
import type { Directory, PermissionProbe } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import { resourceStub } from "../protocol/builders.ts";
import { Capability, ResourceIdSchema } from "../protocol/messages.ts";
import type { UserIdKind } from "./connector.ts";
import { createConnector } from "./create-connector.ts";

const never = new AbortController().signal;
const first = { pageToken: "", pageSize: 0 };

function connectorOver(directory: Directory, userIdKind: UserIdKind = "sub", now = () => 0) {
  return createConnector({ directory, poolId: POOL, userIdKind, now });
}

const id = (resourceType: string, resource: string) => create(ResourceIdSchema, { resourceType, resource });

describe("the connector", () => {
  test("describes the pool once for many pages, and again when that is ten minutes old", async () => {
    let nowMs = 0;
    const { directory, calls } = fakeDirectory({ users: [userNumber(1)] });
    const connector = connectorOver(directory, "sub", () => nowMs);
    await connector.listResources("user", undefined, first, never);
    await connector.listResources("user", undefined, first, never);
    expect(calls).toEqual(["DescribeUserPool", "ListUsers", "ListUsers"]);
    nowMs = 10 * 60_000;
    await connector.listResources("user", undefined, first, never);
    expect(calls.slice(3)).toEqual(["DescribeUserPool", "ListUsers"]);
  });

  test("a listing below a parent is an empty page and costs no call: nothing has children", async () => {
    const { directory, calls } = fakeDirectory({ users: [userNumber(1)] });
    const page = await connectorOver(directory).listResources("user", id("group", "g"), first, never);
    expect(page).toEqual({ items: [], nextPageToken: "" });
    expect(calls).toEqual([]);
  });

  test.for(["role", "", "User"])("an unknown type %o is not found, by name", async (type) => {
    const connector = connectorOver(fakeDirectory().directory);
    await expect(connector.listResources(type, undefined, first, never)).rejects.toMatchObject({
      code: "not-found",
    });
    expect(() => connector.listStaticEntitlements(type)).toThrow(/resource_type_id/);
  });

  test("a user has no grants of its own; grants without a resource are an error", async () => {
    const connector = connectorOver(fakeDirectory().directory);
    const none = await connector.listGrants(resourceStub(id("user", "x")), first, never);
    expect(none.items).toEqual([]);
    await expect(connector.listGrants(undefined, first, never)).rejects.toMatchObject({
      code: "invalid-argument",
    });
    expect(() => connector.listEntitlements(undefined)).toThrow(/^resource: missing/);
  });

  test("a token of one group is refused by another", async () => {
    const users = Array.from({ length: 70 }, (_, n) => userNumber(n));
    const { directory } = fakeDirectory({
      users,
      groups: [someGroup("a")],
      members: new Map([["a", users]]),
    });
    const connector = connectorOver(directory);
    const page = await connector.listGrants(resourceStub(id("group", "a")), first, never);
    const elsewhere = { pageToken: page.nextPageToken, pageSize: 0 };
    await expect(
      connector.listGrants(resourceStub(id("group", "b")), elsewhere, never),
    ).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("page_token"),
    });
  });

  test("a user has the same row in every listing and alone, with what else is known of the user", async () => {
    const ann = userNumber(1);
    const { directory } = fakeDirectory({
      users: [ann, userNumber(2)],
      groups: [someGroup("g")],
      members: new Map([["g", [ann]]]),
    });
    const readAt = new Date(1_790_000_000_000);
    const asked: (readonly string[])[] = [];
    const connector = createConnector({
      directory,
      poolId: POOL,
      userIdKind: "sub",
      now: () => 0,
      async findFacts(subs) {
        asked.push(subs);
        return new Map([[ann.sub, { lastSignIn: { at: readAt, readAt } }]]);
      },
    });
    const listed = (await connector.listUsers(first, never)).items;
    const [membership] = (await connector.listMembers("g", first, never)).items;
    const alone = await connector.findUser(ann.sub, never);
    expect(listed.map(({ stamp }) => stamp.includes(`${readAt.getTime()}`))).toEqual([true, false]);
    expect([membership?.member.stamp, alone?.stamp]).toEqual([listed[0]?.stamp, listed[0]?.stamp]);
    expect(alone?.build()).toEqual(listed[0]?.build());
    expect(asked).toEqual([[ann.sub, userNumber(2).sub], [ann.sub], [ann.sub]]);
  });

  test("mark 28: a user is looked up by sub in the listing, never by an alias and never by a billed call", async () => {
    const { directory, calls } = fakeDirectory({ users: [userNumber(1), userNumber(2)] });
    const found = await connectorOver(directory).getResource(id("user", userNumber(2).sub), never);
    expect(found.id?.resource).toBe(userNumber(2).sub);
    expect(calls).toEqual(["DescribeUserPool", "ListUsers?"]);
  });

  test("with usernames as ids a user is looked up by username", async () => {
    const { directory } = fakeDirectory({ users: [userNumber(2)] });
    const found = await connectorOver(directory, "username").getResource(id("user", "user2"), never);
    expect(found.id?.resource).toBe("user2");
  });

  test("a user whom the listing does not show yet, or whose name no filter can contain, is found", async () => {
    const { directory, pool } = createStage({ consistency: { createdUnlisted: { ms: 60_000 } } });
    const { sub } = pool.addUser({ username: "DOMAIN\\jdoe" });
    expect((await connectorOver(directory).getResource(id("user", sub), never)).id?.resource).toBe(sub);
    const upper = await connectorOver(directory).getResource(id("user", sub.toUpperCase()), never);
    expect(upper.id?.resource).toBe(sub);
    const named = await connectorOver(directory, "username").getResource(id("user", "DOMAIN\\jdoe"), never);
    expect(named.id?.resource).toBe("DOMAIN\\jdoe");
  });

  test("mark 28: an answer about another user is not the user that was asked for", async () => {
    const { directory } = createStage({
      users: [person(1, { username: "ann", attributes: { preferred_username: "bob" } })],
      aliasAttributes: ["preferred_username"],
    });
    const lookup = connectorOver(directory, "username").getResource(id("user", "bob"), never);
    await expect(lookup).rejects.toMatchObject({ code: "not-found" });
  });

  test.for([
    ["user", "nobody"],
    ["group", "nothing"],
  ] as const)("a %s that is not there is not found", async ([type, name]) => {
    const connector = connectorOver(fakeDirectory().directory);
    await expect(connector.getResource(id(type, name), never)).rejects.toMatchObject({ code: "not-found" });
  });

  test.for([undefined, id("role", "x")])(
    "a target of no type that we serve is unimplemented: %o",
    async (target) => {
      const connector = connectorOver(fakeDirectory().directory);
      await expect(connector.getResource(target, never)).rejects.toMatchObject({ code: "unimplemented" });
    },
  );

  test("two users with one id are an error, not a choice", async () => {
    const { directory } = fakeDirectory({ users: [userNumber(2), userNumber(2)] });
    const lookup = connectorOver(directory).getResource(id("user", userNumber(2).sub), never);
    await expect(lookup).rejects.toMatchObject({ code: "internal" });
  });

  test.for(["DescribeUserPool", "ListUsers", "ListUsersInGroup g", "ListGroups"])(
    "a failed %s is an error, never an empty page",
    async (broken) => {
      const { directory } = fakeDirectory({ groups: [someGroup("g")] }, (operation) => {
        if (operation === broken) throw new GovernanceError("unavailable", "down");
      });
      const connector = connectorOver(directory);
      const results = await Promise.allSettled([
        connector.listResources("user", undefined, first, never),
        connector.listResources("group", undefined, first, never),
        connector.listGrants(resourceStub(id("group", "g")), first, never),
      ]);
      const failed = results.filter((result) => result.status === "rejected");
      expect(failed.length).toBeGreaterThan(0);
      for (const result of failed) expect(result.reason).toMatchObject({ code: "unavailable" });
    },
  );

  test("Validate names every denied action and lets the unknown pass", async () => {
    const probes: PermissionProbe[] = [
      { operation: "ListUsers", allowed: false, detail: "" },
      { operation: "ListGroups", allowed: "unknown", detail: "" },
      { operation: "ListUsersInGroup", allowed: false, detail: "" },
      { operation: "AdminGetUser", allowed: false, detail: "" },
    ];
    const { directory } = fakeDirectory();
    const denying = connectorOver({ ...directory, probePermissions: async () => probes });
    await expect(denying.validate(never)).rejects.toMatchObject({
      code: "permission-denied",
      message: expect.stringContaining("cognito-idp:ListUsers, cognito-idp:ListUsersInGroup on this pool"),
    });
    await expect(connectorOver(directory).validate(never)).resolves.toBeUndefined();
  });

  test("D22: lists without the facts of the pool where IAM denies DescribeUserPool, and says so once", async () => {
    let nowMs = 0;
    let said = 0;
    let isDenied = true;
    const fake = fakeDirectory({ users: [userNumber(1)] }, (operation) => {
      if (operation === "DescribeUserPool" && isDenied) throw new GovernanceError("permission-denied", "no");
    });
    const connector = createConnector({
      directory: fake.directory,
      poolId: POOL,
      userIdKind: "sub",
      now: () => nowMs,
      onPoolHidden: () => {
        said += 1;
      },
    });
    for (let page = 0; page < 3; page += 1) {
      expect((await connector.listResources("user", undefined, first, never)).items).toHaveLength(1);
    }
    expect(fake.calls.filter((call) => call === "DescribeUserPool")).toHaveLength(1);
    await connector.validate(never);
    await connector.reach(never);
    const metadata = await connector.metadata(never);
    expect(metadata.profile).toEqual({ region: "eu-west-1", user_pool_id: POOL });
    expect(metadata.accountCreationSchema).toBeUndefined();
    expect(said).toBe(1);
    await expect(connector.pool(never)).rejects.toMatchObject({ code: "permission-denied" });

    isDenied = false;
    nowMs += 60_000;
    expect(await connector.cachedPool(never)).toBeDefined();
  });

  test("D22: a pool that fails in another way is not a hidden one", async () => {
    const { directory } = fakeDirectory({ users: [userNumber(1)] }, (operation) => {
      if (operation === "DescribeUserPool") throw throttledError();
    });
    const connector = connectorOver(directory);
    await expect(connector.listResources("user", undefined, first, never)).rejects.toMatchObject({
      code: "throttled",
    });
    await expect(connector.metadata(never)).rejects.toMatchObject({ code: "throttled" });
    await expect(connector.validate(never)).rejects.toMatchObject({ code: "throttled" });
  });

  test("D22: a hidden pool that is missing is not valid", async () => {
    const { directory } = fakeDirectory({}, (operation) => {
      if (operation === "DescribeUserPool") throw new GovernanceError("permission-denied", "no");
      if (operation === "ListUsers")
        throw new GovernanceError("failed-precondition", "gone", { reason: "pool-missing" });
    });
    await expect(connectorOver(directory).validate(never)).rejects.toMatchObject({ reason: "pool-missing" });
  });

  test.for([
    [false, ["ListUsers", "ListGroups", "ListUsersInGroup"]],
    [true, ["ListUsers", "ListGroups", "ListUsersInGroup", "AdminGetUser", "AdminListGroupsForUser"]],
  ] as const)(
    "D22: Validate asks only for what it cannot do without: changes %s",
    async ([provisioning, needed]) => {
      const { directory } = fakeDirectory();
      const asked: string[] = [];
      const connector = createConnector({
        directory: {
          ...directory,
          async probePermissions(operations) {
            asked.push(...operations);
            return [];
          },
        },
        poolId: POOL,
        userIdKind: "sub",
        now: () => 0,
        offers: { provisioning, encryptedPasswords: false },
      });
      await connector.validate(never);
      expect(asked).toEqual(needed);
    },
  );

  test("D22: its metadata claims what IAM allows, asked once in ten minutes", async () => {
    let nowMs = 0;
    let asked = 0;
    const { directory } = fakeDirectory();
    const connector = createConnector({
      directory: {
        ...directory,
        async probePermissions(operations) {
          asked += 1;
          return operations.map((operation) => ({
            operation,
            allowed: !/Group$|Password$/.test(operation) || /ToGroup$|FromGroup$/.test(operation),
            detail: "",
          }));
        },
      },
      poolId: POOL,
      userIdKind: "sub",
      now: () => nowMs,
      offers: { provisioning: true, encryptedPasswords: true },
    });
    const claimed = async () =>
      (await connector.metadata(never)).capabilities?.resourceTypeCapabilities.map(
        ({ capabilities }) => capabilities,
      );
    const { SYNC, TARGETED_SYNC, PROVISION, ACCOUNT_PROVISIONING, RESOURCE_DELETE } = Capability;
    expect(await claimed()).toEqual([
      [SYNC, TARGETED_SYNC, PROVISION],
      [SYNC, TARGETED_SYNC, ACCOUNT_PROVISIONING, RESOURCE_DELETE],
    ]);
    await claimed();
    expect(asked).toBe(1);
    nowMs = 10 * 60_000;
    await claimed();
    expect(asked).toBe(2);
  });

  test.for([["two words"], ["g".repeat(129)], ["line\nbreak"]])(
    "no group can be named %j, so none is asked for",
    async ([name = ""]) => {
      const { directory, calls } = fakeDirectory({ groups: [] });
      expect(await connectorOver(directory).findGroup(name, never)).toBeUndefined();
      expect(calls).toEqual([]);
    },
  );

  test("D22: reads one group from ListGroups where GetGroup is denied", async () => {
    const { directory } = fakeDirectory({ groups: [someGroup("team")] }, (operation) => {
      if (operation === "GetGroup") throw new GovernanceError("permission-denied", "no");
    });
    const connector = connectorOver(directory);
    expect((await connector.getResource(id("group", "team"), never)).displayName).toBe("team");
    await expect(connector.getResource(id("group", "gone"), never)).rejects.toMatchObject({
      code: "not-found",
      reason: "group-gone",
    });
  });

  test("its metadata tells the pool, what it can do, and how an account is made there", async () => {
    const pool = somePool({
      usernameAttributes: ["email"],
      schema: [
        attribute("sub", { required: true }),
        attribute("zoneinfo"),
        attribute("email", { required: true }),
        attribute("email_verified", { type: "Boolean" }),
        attribute("custom:cost_center", { type: "Number", minValue: 1, maxValue: 9 }),
        attribute("custom:employee_id", { mutable: false, maxLength: 20 }),
        attribute("dev:custom:internal", { developerOnly: true }),
      ],
    });
    const { directory } = fakeDirectory({ pool });
    const metadata = await connectorOver(directory).metadata(never);
    expect(metadata.profile).toMatchObject({ user_pool_id: POOL, region: "eu-west-1" });
    expect(metadata.capabilities?.connectorCapabilities).toContain(Capability.SYNC);
    const fields = Object.entries(metadata.accountCreationSchema?.fieldMap ?? {});
    expect(
      fields
        .toSorted(([, a], [, b]) => a.order - b.order)
        .map(([name, f]) => [name, f.field.case, f.required]),
    ).toEqual([
      ["login", "stringField", false],
      ["email", "stringField", true],
      ["custom:cost_center", "intField", false],
      ["custom:employee_id", "stringField", false],
      ["email_verified", "boolField", false],
      ["zoneinfo", "stringField", false],
      ["sendInviteEmail", "boolField", false],
      ["deliverInviteBy", "stringField", false],
    ]);
    expect(metadata.accountCreationSchema?.fieldMap["custom:employee_id"]?.description).toBe(
      "Cognito attribute custom:employee_id; 0 to 20 characters; can be set at creation only",
    );
  });
});

function attribute(name: string, over: Partial<ReturnType<typeof somePool>["schema"][number]> = {}) {
  return {
    name,
    type: "String" as const,
    mutable: true,
    required: false,
    developerOnly: false,
    minLength: undefined,
    maxLength: undefined,
    minValue: undefined,
    maxValue: undefined,
    ...over,
  };
}
