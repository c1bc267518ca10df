import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SCIM_POOL_KINDS, scimContext } from "../../../test/support/scim-pools.ts";
import { schemaOf } from "../../core/attributes/standard.ts";
import type { ScimSettings } from "../../core/scim-settings.ts";
import type { User } from "../../core/user.ts";
import type { MappingContext } from "../mapping/context.ts";
import type { GroupRef, Projection } from "../resource.ts";
import { listMappingOf } from "./pool-mapping.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "",
    " ",
    'say "no" \\ \n\u0000\u007f\u2028',
    "\ud800 alone",
    "😀é日",
    "any-text",
    '"any-text"',
  ),
  fc.constantFrom("true", "false", "12", "-3", "1e3", '{"formatted":"a\\"b","locality":"é"}', "{broken"),
);
const time = fc.date({ noInvalidDate: true });

function userOf({ pool }: MappingContext): fc.Arbitrary<User> {
  const names = [...schemaOf(pool).keys(), "email_verified", "phone_number_verified", "unknown"];
  return fc.record({
    sub: fc.oneof(fc.uuid(), fc.string({ unit: "grapheme" })),
    username: text,
    enabled: fc.boolean(),
    status: fc.oneof(fc.constantFrom("CONFIRMED", "FORCE_CHANGE_PASSWORD"), text),
    createdAt: time,
    modifiedAt: time,
    attributes: fc
      .array(fc.tuple(fc.constantFrom(...names), text), { maxLength: names.length })
      .map((entries) => new Map(entries)),
    identities: fc.constant([]),
  });
}

const group: fc.Arbitrary<GroupRef> = fc.record({ name: fc.string({ minLength: 1 }), displayName: text });
const groups = fc.option(fc.array(group, { maxLength: 3 }), { nil: undefined });

const SETTINGS: readonly Partial<ScimSettings>[] = [
  {},
  { externalIdAttribute: "custom:scim_id", displayNameAttribute: "custom:shown_as" },
  { displayNameAttribute: "name", verified: [] },
  { profile: "starling" },
];

const WHOLE: readonly Projection[] = [
  {},
  { attributes: ["userName"] },
  { attributes: ["name.givenName", "emails", "urn:connector:cognito:2.0:User:badge"] },
  { attributes: ["urn:connector:cognito:2.0:User", "schemas", "displayName"] },
  { attributes: ["urn:connector:cognito:2.0:User:userStatus", "title"] },
  { excludedAttributes: ["groups"] },
  { excludedAttributes: ["name.familyName", "emails", "meta", "urn:connector:cognito:2.0:User"] },
  {
    excludedAttributes: [
      "name",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
      "urn:connector:cognito:2.0:User:badge",
    ],
  },
];
const IN_PART: readonly Projection[] = [
  { attributes: ["emails.value"] },
  { excludedAttributes: ["groups.display"] },
  { attributes: ["meta.location"] },
];

describe("the text of a user in a list", () => {
  const contexts = SETTINGS.flatMap((settings) => SCIM_POOL_KINDS.map((kind) => scimContext(kind, settings)));
  const strict = contexts.filter(({ profile }) => profile === "strict");

  test("is the text of its resource, whatever the pool has and the answer shows", () => {
    const cases = fc.constantFrom(...strict).chain((context) =>
      fc.record({
        context: fc.constant(context),
        user: userOf(context),
        groups,
        projection: fc.constantFrom(...WHOLE),
      }),
    );
    fc.assert(
      fc.property(cases, ({ context, user, groups: refs, projection }) => {
        const mapping = listMappingOf(context);
        const texts = mapping.userTexts(projection);
        const resource = mapping.projector("User", projection)(mapping.user(user, undefined, refs));
        expect(
          texts?.user(
            user,
            refs?.map((ref) => texts.group(ref)),
          ),
        ).toBe(JSON.stringify(resource));
      }),
      { numRuns: 2000 },
    );
  });

  test.for(IN_PART)("is made of the resource where a part of an attribute is shown: %o", (projection) => {
    for (const context of contexts) expect(listMappingOf(context).userTexts(projection)).toBeUndefined();
  });

  test("is made of the resource in Starling's profile, where names are put together", () => {
    const context = scimContext("username", { profile: "starling" });
    expect(listMappingOf(context).userTexts({})).toBeUndefined();
  });
});
