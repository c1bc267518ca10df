import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { someUser } from "../../../test/support/fake-directory.ts";
import { SCIM_POOL_KINDS, scimContext } from "../../../test/support/scim-pools.ts";
import {
  COGNITO_GROUP_URN,
  COGNITO_USER_URN,
  ENTERPRISE_URN,
  type JsonValue,
  type ScimResource,
} from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import { groupDifferenceOf, wantedGroupOf } from "./group-fields.ts";
import { scimGroup } from "./group-resource.ts";
import { newAccountOf } from "./user-account.ts";
import { differenceOf } from "./user-difference.ts";
import { scimUser } from "./user-resource.ts";

const NAMES = [
  "userName",
  "externalId",
  "displayName",
  "active",
  "password",
  "name",
  "nickName",
  "emails",
  "phoneNumbers",
  "addresses",
  "photos",
  "groups",
  "members",
  "title",
  "manager",
  "value",
  "type",
  "primary",
  "$ref",
  "formatted",
  "precedence",
  "description",
  "level",
  "vip",
  "email_verified",
  "isPasswordPermanent",
  "desiredDeliveryMediums",
  "__proto__",
  "constructor",
  "toString",
  COGNITO_USER_URN,
  COGNITO_GROUP_URN,
  ENTERPRISE_URN,
];
const scalar = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("ada@x.test", "+49151123", "a\ud83d", "x".repeat(3000), "{", '{"country":1}'),
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.constant(null),
);
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("json"), { maxKeys: 4 }),
  ),
}));
const resource: fc.Arbitrary<ScimResource> = fc.dictionary(fc.constantFrom(...NAMES), json, { maxKeys: 8 });

const BORN = new Date("2026-01-02T03:04:05.678Z");
const group = {
  name: "ops",
  description: "",
  roleArn: undefined,
  precedence: 3,
  createdAt: BORN,
  modifiedAt: BORN,
};

/** What went wrong beside a refusal of the request. */
function wrongIn(...attempts: (() => unknown)[]): readonly unknown[] {
  return attempts.flatMap((attempt) => {
    try {
      attempt();
      return [];
    } catch (error) {
      const isRefusal = error instanceof ScimError && error.status === 400 && error.detail.length < 400;
      return isRefusal ? [] : [error];
    }
  });
}

const CONTEXTS = SCIM_POOL_KINDS.flatMap((kind) =>
  (["strict", "starling"] as const).map((profile) => ({
    kind,
    profile,
    context: scimContext(kind, { profile, verified: [], groupFromUser: true }),
  })),
);

describe.for(CONTEXTS)("any JSON in a pool of kind $kind, $profile,", ({ context }) => {
  const user = someUser({ attributes: { email: "ada@x.test", name: "Ada", "custom:level": "x" } });

  test("is a request that is answered, or refused as a bad one", () => {
    fc.assert(
      fc.property(resource, resource, (wanted, values) => {
        const kept = { externalId: undefined, displayName: undefined, values };
        const valid = { ...wanted, userName: "ada@x.test", displayName: "ops" };
        const wrong = wrongIn(
          () => newAccountOf(wanted, context, () => "6f1c0000-0000-4000-8000-00000000000a"),
          () => differenceOf(user, kept, wanted, context),
          () => differenceOf(user, kept, valid, context),
          () => wantedGroupOf(wanted, context),
          () => groupDifferenceOf(group, kept, wanted, context),
          () => groupDifferenceOf(group, kept, valid, context),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("may be kept beside the pool, by another version of this program: the user and the group are shown", () => {
    fc.assert(
      fc.property(resource, (values) => {
        const kept = { externalId: undefined, displayName: undefined, values };
        expect(JSON.parse(JSON.stringify(scimUser(user, { kept, groups: [] }, context)))).toMatchObject({
          active: true,
        });
        expect(scimGroup(group, { kept, members: [] }, context)).toMatchObject({ displayName: "ops" });
      }),
      { numRuns: 60 },
    );
  });
});
