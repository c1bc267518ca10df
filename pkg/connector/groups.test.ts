import { toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { POOL, someGroup, userNumber } from "../../test/support/fake-directory.ts";
import {
  EntitlementImmutableSchema,
  GrantImmutableSchema,
  GroupTraitSchema,
  ResourceSchema,
} from "../protocol/messages.ts";
import { memberEntitlement } from "./entitlements.ts";
import { membershipGrants } from "./grants.ts";
import { groupResource, groupResourceBytes } from "./groups.ts";

describe("a group", () => {
  test("marks an IAM role and keeps precedence 0 apart from none", () => {
    const role = "arn:aws:iam::123456789012:role/admins";
    expect(groupResource(someGroup("admins", { roleArn: role, precedence: 0 }), POOL).profile).toMatchObject({
      has_iam_role: true,
      role_arn: role,
      precedence: 0,
    });
    const plain = groupResource(someGroup("staff"), POOL).profile;
    expect(plain).toMatchObject({ has_iam_role: false });
    expect(plain).not.toHaveProperty("precedence");
  });

  test("one that was re-created under its name has another creation date (D2, L-11)", () => {
    const first = groupResource(someGroup("a"), POOL);
    const second = groupResource(someGroup("a", { createdAt: new Date("2026-01-01T00:00:00Z") }), POOL);
    expect(first.id).toEqual(second.id);
    expect(first.createdAt).not.toEqual(second.createdAt);
    expect(first.profile?.["created_at"]).not.toBe(second.profile?.["created_at"]);
  });

  test("mark 31: one made by an identity provider is managed by sign-in: group, entitlement and grants say so", () => {
    const name = `${POOL}_Google`;
    const group = groupResource(someGroup(name), POOL);
    expect(group.profile).toMatchObject({ managed_by_sign_in: true, identity_provider: "Google" });
    const trait = group.annotations[0] && anyUnpack(group.annotations[0], GroupTraitSchema);
    expect(trait?.groupSourceType).toBe("dynamic");
    const [onEntitlement] = memberEntitlement(name, POOL).annotations;
    expect(onEntitlement && anyUnpack(onEntitlement, EntitlementImmutableSchema)?.metadata).toMatchObject({
      identity_provider: "Google",
    });
    const [onGrant] = membershipGrants(name, "sub", POOL)(userNumber(1)).annotations;
    expect(onGrant && anyUnpack(onGrant, GrantImmutableSchema)).toBeDefined();
  });

  test.for([[POOL], [`${POOL}_`], ["eu-west-1_Other0001_Google"], ["staff"]])(
    "%s is an ordinary one",
    ([name = ""]) => {
      expect(groupResource(someGroup(name), POOL).profile).toMatchObject({ managed_by_sign_in: false });
      expect(memberEntitlement(name, POOL).annotations).toEqual([]);
    },
  );

  test.for([["a:b"], ["a/b\\c"], [`"quoted"'s`], ["🦊🦊"], ["g".repeat(128)], ["é".normalize("NFD")]])(
    "ids are the name's own bytes: %s",
    ([name = ""]) => {
      const member = userNumber(7);
      const entitlement = memberEntitlement(name, POOL);
      expect(groupResource(someGroup(name), POOL).id?.resource).toBe(name);
      expect(entitlement.id).toBe(`group:${name}:member`);
      expect(entitlement.resource?.id).toMatchObject({ resourceType: "group", resource: name });
      const grant = membershipGrants(name, "sub", POOL)(member);
      expect(grant.id).toBe(`group:${name}:member:user:${member.sub}`);
      expect(grant.entitlement?.resource?.id?.resource).toBe(name);
      expect(grant.principal?.id).toMatchObject({ resourceType: "user", resource: member.sub });
    },
  );

  test.for([["ann@example.com"], ["6f1c0000-0000-4000-8000-000000000001"], ["Google_1234567890"]])(
    "with usernames as ids a grant names %s",
    ([username = ""]) => {
      const member = { ...userNumber(7), username };
      expect(membershipGrants("g", "username", POOL)(member).id).toBe(`group:g:member:user:${username}`);
    },
  );

  test("is never heavier than its estimate", () => {
    const group = someGroup("漢".repeat(128), { description: "漢".repeat(2048) });
    expect(groupResourceBytes(group)).toBeGreaterThanOrEqual(
      toBinary(ResourceSchema, groupResource(group, POOL)).length,
    );
  });
});
