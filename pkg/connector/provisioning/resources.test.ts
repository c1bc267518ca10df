import { create, type JsonObject, type Message, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { type Any, anyUnpack, StructSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { someGroup } from "../../../test/support/fake-directory.ts";
import { nothingToDo } from "../../../test/support/fake-provisioner.ts";
import { DRY, fakeVerbs, REAL } from "../../../test/support/fake-verbs.ts";
import { annotation } from "../../protocol/builders.ts";
import {
  CreateResourceRequestSchema,
  GroupTraitSchema,
  ResourceIdSchema,
  type ResourceSchema,
} from "../../protocol/messages.ts";
import { groupResource } from "../groups.ts";

const never = new AbortController().signal;
const ROLE = "arn:aws:iam::123456789012:role/admins";

type Resource = Exclude<MessageInitShape<typeof ResourceSchema>, Message>;

const admins: Resource = { id: { resourceType: "group", resource: "admins" } };

function request(resource?: MessageInitShape<typeof ResourceSchema>) {
  return create(CreateResourceRequestSchema, resource === undefined ? {} : { resource });
}

function withTrait(profile: JsonObject): Resource {
  return { ...admins, annotations: [annotation(GroupTraitSchema, { profile })] };
}

async function asked(
  resource: MessageInitShape<typeof ResourceSchema>,
): Promise<readonly unknown[] | undefined> {
  const { verbs, calls } = fakeVerbs();
  await verbs.createResource(request(resource), REAL, never);
  return calls[0]?.args.slice(0, 2);
}

const bare = { description: undefined, roleArn: undefined, precedence: undefined };

describe("a group to be created", () => {
  test.for<readonly [string, MessageInitShape<typeof ResourceSchema>, unknown]>([
    ["a name alone", admins, bare],
    ["the name twice", { ...admins, displayName: "admins" }, bare],
    ["a display name alone", { id: { resourceType: "group" }, displayName: "admins" }, bare],
    ["a description", { ...admins, description: "All" }, { ...bare, description: "All" }],
    [
      "a profile",
      { ...admins, profile: { description: "All", role_arn: ROLE, precedence: 0, created_at: "x" } },
      { description: "All", roleArn: ROLE, precedence: 0 },
    ],
    [
      "the profile of a trait",
      withTrait({ role_arn: ROLE, precedence: 7 }),
      { ...bare, roleArn: ROLE, precedence: 7 },
    ],
    [
      "both, alike",
      { ...withTrait({ precedence: 7 }), profile: { precedence: 7 } },
      { ...bare, precedence: 7 },
    ],
    ["nulls", { ...admins, profile: { role_arn: null, precedence: null } }, bare],
    [
      "what a sync made of one",
      groupResource(someGroup("admins", { precedence: 0 }), "eu-west-1_P"),
      {
        ...bare,
        precedence: 0,
      },
    ],
  ])("from %s", async ([, resource, fields]) => {
    expect(await asked(resource)).toEqual(["admins", fields]);
  });

  test("comes back as a sync would list it", async () => {
    const { verbs } = fakeVerbs();
    const { created, annotations } = await verbs.createResource(request(admins), REAL, never);
    expect(created).toMatchObject({
      id: { resourceType: "group", resource: "admins" },
      displayName: "admins",
    });
    expect(annotations).toEqual([]);
  });

  test("that is there already with the same fields comes back too", async () => {
    const { verbs } = fakeVerbs({ createGroup: async () => nothingToDo(someGroup("admins")) });
    const { created } = await verbs.createResource(request(admins), REAL, never);
    expect(created?.id?.resource).toBe("admins");
  });

  test("does not come back from a dry run", async () => {
    const { verbs } = fakeVerbs();
    const { created, annotations } = await verbs.createResource(request(admins), DRY, never);
    expect(created).toBeUndefined();
    expect(annotations).toHaveLength(1);
  });

  test.for<readonly [string, Resource | undefined, string, RegExp]>([
    ["nothing", undefined, "invalid-argument", /^resource: missing/],
    ["no id", { displayName: "admins" }, "invalid-argument", /^resource\.id: missing/],
    ["no name", { id: { resourceType: "group" } }, "invalid-argument", /^resource\.id\.resource: empty/],
    [
      "two names",
      { ...admins, displayName: "Admins" },
      "invalid-argument",
      /^resource\.display_name: differs/,
    ],
    [
      "a user",
      { id: { resourceType: "user", resource: "x" } },
      "invalid-argument",
      /^resource\.id\.resource_type: .*CreateAccount/,
    ],
    [
      "a role",
      { id: { resourceType: "role", resource: "x" } },
      "unimplemented",
      /^resource\.id\.resource_type: .*"role"/,
    ],
    [
      "two descriptions",
      { ...admins, description: "a", profile: { description: "b" } },
      "invalid-argument",
      /^resource\.description: differs/,
    ],
    [
      "two precedences",
      { ...withTrait({ precedence: 1 }), profile: { precedence: 2 } },
      "invalid-argument",
      /GroupTrait\.profile\.precedence: differs from resource\.profile\.precedence/,
    ],
    [
      "a role that is not a string",
      { ...admins, profile: { role_arn: 1 } },
      "invalid-argument",
      /^resource\.profile\.role_arn: must be a string/,
    ],
  ])("is refused for %s", async ([, resource, code, message]) => {
    const { verbs, calls } = fakeVerbs();
    const answer = verbs.createResource(request(resource), REAL, never);
    await expect(answer).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });

  test.for([-1, 1.5, 2 ** 31, "3", true, []])("takes no precedence of %o", async (precedence) => {
    const { verbs, calls } = fakeVerbs();
    const answer = verbs.createResource(request({ ...admins, profile: { precedence } }), REAL, never);
    await expect(answer).rejects.toThrow(/^resource\.profile\.precedence: must be a whole number from 0/);
    expect(calls).toEqual([]);
  });
});

describe("a deletion", () => {
  const id = (resourceType: string, resource: string) => create(ResourceIdSchema, { resourceType, resource });

  test("of a user goes by id, of a group by name", async () => {
    const { verbs, calls } = fakeVerbs();
    const user = await verbs.deleteResource({ resourceId: id("user", "sub-1") }, REAL, never);
    // As the answer of a connector of the Baton SDK.
    expect(user.annotations).toEqual([]);
    const group = await verbs.deleteResource({ resourceId: id("group", "admins") }, REAL, never);
    expect(group.annotations).toEqual([]);
    expect(calls).toEqual([
      { verb: "deleteUser", args: [{ by: "id", value: "sub-1" }, REAL] },
      { verb: "deleteGroup", args: ["admins", REAL] },
    ]);
  });

  test("of a group with the sessions ended says how many members it has signed out", async () => {
    const result = { name: "admins", members: 2, signedOut: 2 };
    const { verbs } = fakeVerbs({ deleteGroup: async () => ({ ...nothingToDo(result), outcome: "done" }) });
    const { annotations } = await verbs.deleteResource({ resourceId: id("group", "admins") }, REAL, never);
    expect(annotations.map(structText)).toEqual([
      expect.stringMatching(
        /"notes":\["2 members lose the group, 2 of them are signed out; tokens .* group admins/,
      ),
    ]);
  });

  function structText(any: Any): string {
    return JSON.stringify(toJson(StructSchema, anyUnpack(any, StructSchema) ?? create(StructSchema)));
  }

  test("of a user who no longer exists is a success", async () => {
    const { verbs } = fakeVerbs({ deleteUser: async () => nothingToDo({ user: undefined, groups: [] }) });
    expect(await verbs.deleteResource({ resourceId: id("user", "sub-1") }, REAL, never)).toEqual({
      annotations: [],
    });
  });

  test("in a dry run tells the call", async () => {
    const { verbs } = fakeVerbs();
    const { annotations } = await verbs.deleteResource({ resourceId: id("group", "admins") }, DRY, never);
    expect(annotations).toHaveLength(1);
  });

  test.for<readonly [string, ReturnType<typeof id> | undefined, string, RegExp]>([
    ["no id", undefined, "invalid-argument", /^resource_id: missing/],
    ["an empty id", id("user", ""), "invalid-argument", /^resource_id\.resource: empty/],
    ["no type", id("", "x"), "invalid-argument", /^resource_id\.resource_type: empty/],
    ["another type", id("role", "x"), "unimplemented", /^resource_id\.resource_type: .*"role"/],
  ])("is refused for %s", async ([, resourceId, code, message]) => {
    const { verbs, calls } = fakeVerbs();
    const answer = verbs.deleteResource({ resourceId }, REAL, never);
    await expect(answer).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });
});
