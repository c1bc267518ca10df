import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { someGroup } from "../../../test/support/fake-directory.ts";
import { scimContext } from "../../../test/support/scim-pools.ts";
import { groupNameProblem, MAX_PRECEDENCE } from "../../core/attributes/names.ts";
import type { Group } from "../../core/group.ts";
import { COGNITO_GROUP_URN, GROUP_URN, type JsonValue, type ScimResource } from "../resource.ts";
import { groupDifferenceOf, groupNameCandidates, wantedGroupOf } from "./group-fields.ts";
import { scimGroup } from "./group-resource.ts";
import { groupIdOf, groupNameOfId, locationOf } from "./locations.ts";

const BORN = new Date("2026-01-02T03:04:05.678Z");
const strict = scimContext();
const starling = scimContext("username", { profile: "starling" });

const group = (over: Partial<Group> = {}): Group =>
  someGroup("ops", { createdAt: BORN, modifiedAt: BORN, ...over });

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
const hard = fc.constantFrom(
  "a/b",
  "100%",
  "a+b",
  'say "hi"',
  "😀",
  "..",
  "%2F",
  "é/é",
  "a\u200bb",
  "\u200b",
);
const displayName = fc
  .oneof(text, hard)
  .filter((one) => one.trim() !== "" && one.isWellFormed() && Array.from(one).length <= 256);

describe("the name of a new group", () => {
  test.for([
    ["ops", /^ops$/],
    ["Sales Team", /^Sales-Team$/],
    [" Sales \t\u00a0Team ", /^Sales-Team$/],
    ["a\u0000b\u200bc", /^abc$/],
    ["a/b%+\"'😀", /^a\/b%\+"'😀$/u],
    ["\u200b", /^group-[0-9a-f]{8}$/],
    ["x".repeat(129), /^x{119}-[0-9a-f]{8}$/],
    ["😀 ".repeat(100), /^(?:😀-){59}😀-[0-9a-f]{8}$/u],
  ] as const)("of %j is %s", ([name, expected]) => {
    const wanted = wantedGroupOf({ displayName: name }, strict);
    expect(wanted.name).toMatch(expected);
    expect(wanted.kept.displayName).toBe(name);
  });

  test("and its second candidate are legal, not the same, and always the same for one displayName", () => {
    fc.assert(
      fc.property(displayName, (name) => {
        const candidates = groupNameCandidates(name);
        expect(candidates).toEqual(groupNameCandidates(name));
        expect(new Set(candidates).size).toBe(2);
        expect(candidates.map(groupNameProblem)).toEqual([undefined, undefined]);
      }),
    );
  });

  test("two displayNames of one name have two second candidates", () => {
    expect(groupNameCandidates("Sales Team")[0]).toBe(groupNameCandidates("Sales-Team")[0]);
    expect(groupNameCandidates("Sales Team")[1]).not.toBe(groupNameCandidates("Sales-Team")[1]);
  });

  test.for([
    [{}, "displayName: is required"],
    [{ displayName: "" }, "displayName: is required"],
    [{ displayName: 7 }, "displayName: must be text"],
    [{ displayName: "x".repeat(257) }, "displayName: is longer than 256 characters"],
    [{ displayName: "a\ud83d" }, "displayName: is not well-formed Unicode text"],
  ] as [ScimResource, string][])("%j is refused", ([resource, detail]) => {
    expect(() => wantedGroupOf(resource, strict)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue", detail }),
    );
  });

  test("in the profile of Starling is the displayName, and one that Cognito refuses is refused", () => {
    expect(wantedGroupOf({ displayName: "ops" }, starling).name).toBe("ops");
    expect(() => wantedGroupOf({ displayName: "Sales Team" }, starling)).toThrow(
      "displayName: must not contain white space",
    );
  });
});

describe("the id of a group", () => {
  test("leads back to the name, and needs no escape in a path", () => {
    fc.assert(
      fc.property(displayName, (name) => {
        const id = groupIdOf(name, strict);
        expect(id).toMatch(/^[\w-]+$/);
        expect(groupNameOfId(id, strict)).toBe(name);
        const { pathname } = new URL(locationOf("Group", groupIdOf(name, starling), starling));
        // "." and ".." are not names that Starling can have given.
        const segment = pathname.split("/").at(-1) ?? "";
        expect(/^\.{1,2}$/.test(name) || decodeURIComponent(segment) === name).toBe(true);
      }),
    );
  });

  test.for(["", "=", "b3Bz=", "b3B", "!!", "_-_-", "b3Bz/", "ops "])("%j is of no group", (id) => {
    expect(groupNameOfId(id, strict)).toBeUndefined();
  });
});

describe("a group", () => {
  test("is read with what a client may write, and no more", () => {
    const parts = {
      kept: { externalId: "x-1", displayName: "Sales Team", values: {} },
      members: [{ sub: "6f1c0000-0000-4000-8000-000000000001", username: "ada" }],
    };
    const full = group({
      name: "Sales-Team",
      description: "They sell",
      roleArn: "arn:aws:iam::123456789012:role/r",
      precedence: 0,
    });
    const id = "U2FsZXMtVGVhbQ";
    expect(scimGroup(full, parts, strict)).toEqual({
      schemas: [GROUP_URN, COGNITO_GROUP_URN],
      id,
      externalId: "x-1",
      displayName: "Sales Team",
      members: [
        {
          value: "6f1c0000-0000-4000-8000-000000000001",
          $ref: "https://scim.example.com/scim/v2/Users/6f1c0000-0000-4000-8000-000000000001",
          type: "User",
        },
      ],
      [COGNITO_GROUP_URN]: {
        description: "They sell",
        roleArn: "arn:aws:iam::123456789012:role/r",
        precedence: 0,
      },
      meta: {
        resourceType: "Group",
        created: BORN.toISOString(),
        lastModified: BORN.toISOString(),
        location: `https://scim.example.com/scim/v2/Groups/${id}`,
      },
    });
    expect(scimGroup(full, parts, starling)).toMatchObject({
      id: "Sales-Team",
      displayName: "Sales-Team",
      members: [{ value: "ada", display: "ada" }],
    });
  });

  test("has no attribute `members` when they are not asked for, and an empty list when nobody is in it", () => {
    const bare = scimGroup(group(), { kept: undefined, members: undefined }, strict);
    expect(bare).not.toHaveProperty("members");
    expect(bare["schemas"]).toEqual([GROUP_URN]);
    expect(scimGroup(group(), { kept: undefined, members: [] }, strict)["members"]).toEqual([]);
  });

  test("members are ids, each once; no members are not an empty list", () => {
    const ids = (members?: JsonValue) =>
      wantedGroupOf({ displayName: "ops", ...(members !== undefined && { members }) }, strict).memberIds;
    expect(ids([{ value: "a", $ref: null }, { value: "b" }, { value: "a" }, "c"])).toEqual(["a", "b", "c"]);
    expect(ids([])).toEqual([]);
    expect(ids(null)).toBeUndefined();
    expect(ids()).toBeUndefined();
    expect(() => ids([{}])).toThrow("members.value: must be the id of a user");
    expect(() => ids("a")).toThrow("members: must be an array");
  });
});

describe("a change of a group", () => {
  const full = group({ description: "Old", roleArn: "arn:aws:iam::123456789012:role/r", precedence: 5 });
  const patchOf = (changes: ScimResource, context = strict, of = full) =>
    groupDifferenceOf(of, undefined, { displayName: "ops", ...changes }, context).patch;

  test("a rename is of the displayName alone", () => {
    const { patch, kept } = groupDifferenceOf(group(), undefined, { displayName: "Operations 2" }, strict);
    expect(patch).toBeUndefined();
    expect(scimGroup(group(), { kept, members: undefined }, strict)).toMatchObject({
      id: groupIdOf("ops", strict),
      displayName: "Operations 2",
    });
    expect(() => patchOf({ displayName: "other" }, starling)).toThrow(
      expect.objectContaining({ scimType: "mutability" }),
    );
  });

  test("is what differs", () => {
    const same = { [COGNITO_GROUP_URN]: { description: "Old", precedence: 5 } };
    expect(patchOf(same)).toBeUndefined();
    expect(patchOf({ [COGNITO_GROUP_URN]: { description: "New", precedence: 0 } })).toEqual({
      description: "New",
      precedence: 0,
    });
    expect(patchOf({ [COGNITO_GROUP_URN]: { precedence: 5 } })).toEqual({ description: "" });
  });

  test("a precedence that is taken away becomes the weakest, and is not shown", () => {
    expect(patchOf({ [COGNITO_GROUP_URN]: { description: "Old" } })).toEqual({ precedence: MAX_PRECEDENCE });
    const weakest = group({ precedence: MAX_PRECEDENCE });
    expect(scimGroup(weakest, { kept: undefined, members: undefined }, strict)).not.toHaveProperty(
      COGNITO_GROUP_URN,
    );
    expect(patchOf({}, strict, weakest)).toBeUndefined();
    expect(patchOf({}, strict, group())).toBeUndefined();
    const written = { displayName: "ops", [COGNITO_GROUP_URN]: { precedence: MAX_PRECEDENCE } };
    const { kept } = groupDifferenceOf(weakest, undefined, written, strict);
    expect(scimGroup(weakest, { kept, members: undefined }, strict)).toMatchObject(written);
  });

  test("the role is written in the profile of Starling alone, and never taken away", () => {
    const roleArn = "arn:aws:iam::123456789012:role/other";
    expect(patchOf({ [COGNITO_GROUP_URN]: { description: "Old", precedence: 5, roleArn } })).toBeUndefined();
    expect(
      patchOf({ [COGNITO_GROUP_URN]: { description: "Old", precedence: 5, roleArn } }, starling),
    ).toEqual({
      roleArn,
    });
    expect(patchOf({ [COGNITO_GROUP_URN]: { description: "Old", precedence: 5 } }, starling)).toBeUndefined();
    expect(
      wantedGroupOf({ displayName: "x", [COGNITO_GROUP_URN]: { roleArn } }, strict).fields.roleArn,
    ).toBeUndefined();
  });

  test.for([
    [{ precedence: -1 }, /precedence: must be a whole number from 0/],
    [{ precedence: 2 ** 31 }, /precedence: must be a whole number from 0/],
    [{ precedence: 1.5 }, /precedence: must be a whole number/],
    [{ precedence: "1" }, /precedence: must be a whole number/],
    [{ description: 7 }, /description: must be text/],
    [{ description: "x".repeat(2049) }, /description: is longer than 2048 characters/],
  ] as [ScimResource, RegExp][])("%j is refused", ([extension, detail]) => {
    expect(() => patchOf({ [COGNITO_GROUP_URN]: extension })).toThrow(detail);
  });
});
