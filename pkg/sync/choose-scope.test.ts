import { describe, expect, test } from "vitest";
import {
  NO_CHOICE,
  NOTHING,
  type SyncChoice,
  scopeText,
  syncTypeOf,
  WHOLE_POOL,
} from "../core/sync-scope.ts";
import { chooseScope } from "./choose-scope.ts";

const user = (resource: string) => ({ resourceType: "user", resource });
const group = (resource: string) => ({ resourceType: "group", resource });

function scopeOf(choice: Partial<SyncChoice>) {
  return chooseScope({ ...NO_CHOICE, ...choice });
}

describe("what a sync reads", () => {
  test("is the whole pool when nothing is chosen", () => {
    expect(scopeOf({})).toEqual(WHOLE_POOL);
    expect(scopeOf({ resourceTypeIds: ["group", "user"] })).toEqual(WHOLE_POOL);
  });

  test.for([
    [{ resourceTypeIds: ["user"] }, { users: "all", groups: [], depth: "grants" }, "full"],
    [{ resourceTypeIds: ["group"] }, { users: [], groups: "all", depth: "entitlements" }, "full"],
    [{ skipGrants: true }, { users: "all", groups: "all", depth: "entitlements" }, "full"],
    [
      { skipEntitlementsAndGrants: true },
      { users: "all", groups: "all", depth: "resources" },
      "resources_only",
    ],
    [{ resources: [user("u")] }, { users: ["u"], groups: [], depth: "grants" }, "partial"],
    [
      { resources: [group("b"), user("u"), group("a"), group("b")], skipGrants: true },
      { users: ["u"], groups: ["a", "b"], depth: "entitlements" },
      "partial",
    ],
    [
      { resources: [group("a")], skipEntitlementsAndGrants: true },
      { users: [], groups: ["a"], depth: "resources" },
      "partial",
    ],
    [
      { resources: [group("a"), user("u")], resourceTypeIds: ["user"] },
      { users: ["u"], groups: [], depth: "grants" },
      "partial",
    ],
    [{ resources: [{ resourceType: "role", resource: "r" }, user("u")] }, { users: ["u"] }, "partial"],
  ] as const)("%j is %j, of the type %s", ([choice, scope, type]) => {
    expect(scopeOf(choice)).toMatchObject(scope);
    expect(syncTypeOf(scopeOf(choice))).toBe(type);
  });

  test.for([
    [{ resourceTypeIds: ["user", "role"] }, "invalid resource type"],
    [{ resources: [user("")] }, "has no id"],
    [{ resources: [{ resourceType: "role", resource: "r" }] }, "none of the chosen resources"],
    [{ resources: [user("u")], resourceTypeIds: ["group"] }, "none of the chosen resources"],
  ] as const)("%j is refused: %s", ([choice, why]) => {
    expect(() => scopeOf(choice)).toThrow(
      expect.objectContaining({ code: "invalid-argument", message: expect.stringContaining(why) }),
    );
  });
});

test("two scopes have one text exactly when they read the same", () => {
  const texts = [
    WHOLE_POOL,
    NOTHING,
    scopeOf({ resources: [user("a")] }),
    scopeOf({ resources: [group("a")] }),
    scopeOf({ resources: [user("a"), user("b")] }),
    scopeOf({ resourceTypeIds: ["user"] }),
    scopeOf({ skipGrants: true }),
  ].map(scopeText);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts[0]).toBe("");
  expect(scopeText(scopeOf({ resources: [user("b"), user("a")] }))).toBe(texts[4]);
});
