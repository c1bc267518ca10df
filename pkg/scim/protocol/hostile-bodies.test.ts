import { describe, expect, test } from "vitest";
import { timed } from "../../../test/support/cpu-time.ts";
import { type JsonObject, type JsonValue, USER_URN } from "../resource.ts";
import { applyPatch } from "./apply-patch.ts";
import { normalizeBody } from "./bodies.ts";
import { memberIdsOf, memberOperations } from "./members.ts";
import { parsePatch } from "./patch.ts";
import { GROUP_SCHEMAS, USER_SCHEMAS } from "./schemas.fixture.ts";

const ADA: JsonObject = { schemas: [USER_URN], id: "u-1", userName: "ada" };

function json(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text);
  return value;
}

function patched(operations: JsonValue): JsonObject {
  return applyPatch(ADA, parsePatch({ Operations: operations }, USER_SCHEMAS), USER_SCHEMAS);
}

function isClean(): boolean {
  return Object.keys(Object.prototype).length === 0 && !("polluted" in {}) && !("polluted" in []);
}

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__"];

describe("names that every object inherits change nothing", () => {
  test.for(NAMES)("as members of a body: %s", (name) => {
    const body = json(
      `{"userName":"ada","${name}":{"polluted":1},"name":{"${name}":{"polluted":1}},` +
        `"emails":[{"value":"a@x","${name}":{"polluted":1}}],"urn:connector:cognito:2.0:User":{"${name}":1}}`,
    );
    const { resource, dropped } = normalizeBody(body, USER_SCHEMAS, "create");
    expect(resource).toEqual({ schemas: [USER_URN], userName: "ada", emails: [{ value: "a@x" }] });
    expect(dropped.toSorted()).toEqual([name, name, `emails.${name}`, `name.${name}`].toSorted());
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
    expect(isClean()).toBe(true);
  });

  test.for(NAMES)("as paths and members of a PATCH: %s", (name) => {
    for (const operation of [
      { op: "add", path: name, value: { polluted: 1 } },
      { op: "add", path: `${name}.polluted`, value: 1 },
      { op: "add", path: `name.${name}`, value: { polluted: 1 } },
      { op: "add", path: `${USER_URN}:${name}`, value: { polluted: 1 } },
      { op: "add", path: `emails[type eq "work"].${name}`, value: { polluted: 1 } },
      { op: "remove", path: name },
      { op: "replace", value: json(`{"${name}":{"polluted":1}}`) },
    ])
      expect(() => patched([operation])).toThrow(expect.objectContaining({ scimType: "invalidPath" }));
    expect(() => patched([{ op: "add", path: `emails[${name} eq "x"].value`, value: "y" }])).toThrow(
      expect.objectContaining({ scimType: "invalidFilter" }),
    );
    expect(
      patched([{ op: "add", path: "name", value: json(`{"${name}":{"polluted":1},"givenName":"A"}`) }]),
    ).toEqual({
      ...ADA,
      name: { givenName: "A" },
    });
    expect(isClean()).toBe(true);
  });

  test("an operation whose members are inherited has none", () => {
    expect(() => patched([json('{"__proto__":{"op":"remove","path":"name"}}')])).toThrow(
      expect.objectContaining({ scimType: "invalidSyntax" }),
    );
  });
});

describe("deep values do not use up the stack", () => {
  const deep = (open: string, close: string): string => open.repeat(50_000) + close.repeat(50_000);

  test.for([
    ["lists", deep("[", "]")],
    ["objects", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
    ["objects in the core URN", `${`{"${USER_URN}":`.repeat(20_000)}1${"}".repeat(20_000)}`],
    ["names", `${'{"name":'.repeat(50_000)}1${"}".repeat(50_000)}`],
    ["addresses", `${'{"emails":['.repeat(50_000)}1${"]}".repeat(50_000)}`],
  ])("%s", ([, text = ""]) => {
    const value = json(text);
    for (const name of [
      "userName",
      "name",
      "emails",
      "groups",
      "unknown",
      "active",
      "manager",
      "meta",
      "schemas",
    ]) {
      const twice = json(`{"userName":"ada","${name}":${text},"${name.toUpperCase()}":${text}}`);
      for (const work of [
        () => normalizeBody({ userName: "ada", [name]: value }, USER_SCHEMAS, "create"),
        () => normalizeBody(twice, USER_SCHEMAS, "create"),
        () => patched([{ op: "add", path: name, value }]),
        () => patched([{ op: "replace", value: { [name]: value } }]),
        () => patched([{ op: "remove", path: name, value }]),
      ])
        expect(outcomeOf(work)).toMatch(/^(?:done|ScimError)$/);
    }
    expect(outcomeOf(() => normalizeBody(value, USER_SCHEMAS, "create"))).toBe("ScimError");
    expect(outcomeOf(() => parsePatch(value, USER_SCHEMAS))).toBe("ScimError");
    expect(outcomeOf(() => parsePatch({ Operations: [value] }, USER_SCHEMAS))).toBe("ScimError");
  });
});

function manyConditions(count: number): string {
  return Array.from({ length: count }, (_, at) => `value co "${at} is in no value"`).join(" or ");
}

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : "?";
  }
}

describe("large requests take time in proportion to their size", () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `u-${index}`);

  test("10,000 operations of one member each are two changes", () => {
    const operations = ids(10_000).map((value, index) => ({
      op: index < 5000 ? "add" : "remove",
      path: "members",
      value: [{ value }],
    }));
    const { result, ms } = timed(() =>
      memberOperations(parsePatch({ Operations: operations }, GROUP_SCHEMAS)),
    );
    expect(result.members.map(({ kind }) => kind)).toEqual(["add", "remove"]);
    expect(ms).toBeLessThan(3000);
  });

  test("10,000 operations with a filter of one member each", () => {
    const operations = ids(10_000).map((id) => ({ op: "remove", path: `members[value eq "${id}"]` }));
    const { result, ms } = timed(() =>
      memberOperations(parsePatch({ Operations: operations }, GROUP_SCHEMAS)),
    );
    expect(result.members).toEqual([{ kind: "remove", ids: ids(10_000) }]);
    expect(ms).toBeLessThan(3000);
  });

  test("100,000 members in one list, of a PATCH and of a PUT", () => {
    const value = ids(100_000).map((id) => ({ value: id, display: id, $ref: null }));
    const patch = { Operations: [{ op: "replace", path: "members", value }] };
    const one = timed(() => memberOperations(parsePatch(patch, GROUP_SCHEMAS)));
    expect(one.result.members).toEqual([{ kind: "replace", ids: ids(100_000) }]);
    const put = timed(() => {
      const { resource } = normalizeBody({ displayName: "ops", members: value }, GROUP_SCHEMAS, "replace");
      return memberIdsOf(resource["members"]);
    });
    expect(put.result).toHaveLength(100_000);
    expect(one.ms + put.ms).toBeLessThan(5000);
  });

  test("10,000 operations of one user", () => {
    const operations = ids(10_000).map((id, index) =>
      index % 2 === 0
        ? { op: "replace", path: `emails[type eq "t${index % 100}"].value`, value: id }
        : { op: "replace", value: { displayName: id, "name.givenName": id } },
    );
    expect(timed(() => patched(operations)).ms).toBeLessThan(5000);
  });

  test.for([
    ["added", { op: "add", path: "emails", value: { value: "a" } }, 65_000],
    ["changed", { op: "replace", path: 'emails[value co "x"].type', value: "b" }, 65_000],
    ["removed", { op: "remove", path: "emails", value: [{ value: "a" }] }, 65_000],
    ["chosen by many conditions", { op: "remove", path: `emails[${manyConditions(199)}]` }, 20],
  ] as const)("too much work on a long list is refused: %s", ([, operation, length]) => {
    const emails = ids(99).map((id) => ({ value: id + "x".repeat(length) }));
    const operations = [{ op: "add", path: "emails", value: emails }, ...ids(300).map(() => operation)];
    const { ms } = timed(() =>
      expect(() => patched(operations)).toThrow(expect.objectContaining({ status: 413 })),
    );
    expect(ms).toBeLessThan(5000);
  });

  test("conditions that choose members are few, whatever the operations", () => {
    const remove = (count: number) => ({ op: "remove", path: `members[${manyConditions(count)}]` });
    const parsed = (...counts: number[]) =>
      memberOperations(parsePatch({ Operations: counts.map(remove) }, GROUP_SCHEMAS));
    expect(parsed(200).members).toHaveLength(1);
    expect(parsed(100, 100).members).toHaveLength(2);
    expect(() => parsed(100, 101)).toThrow(expect.objectContaining({ status: 413 }));
  });

  test("a body of 100,000 unknown attributes", () => {
    const body = Object.fromEntries(ids(100_000).map((id) => [id, 1]));
    const { result, ms } = timed(() => normalizeBody({ ...body, userName: "ada" }, USER_SCHEMAS, "create"));
    expect(result.dropped).toHaveLength(100_000);
    expect(ms).toBeLessThan(5000);
  });
});
