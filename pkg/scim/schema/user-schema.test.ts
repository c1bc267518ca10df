import { describe, expect, test } from "vitest";
import { customAttribute, SCIM_POOL_KINDS, scimContext } from "../../../test/support/scim-pools.ts";
import type { MappingContext } from "../mapping/context.ts";
import { COGNITO_USER_URN, ENTERPRISE_URN, USER_URN } from "../resource.ts";
import type { AttributeDefinition } from "./attribute.ts";
import { groupSchemas } from "./group-schema.ts";
import { userSchemas } from "./user-schema.ts";

/** Every attribute by its path, with what a client may do with it. */
function offered(context: MappingContext): Record<string, string> {
  const { core, extensions } = userSchemas(context);
  const rows = [core, ...extensions].flatMap(({ id, attributes }) =>
    attributes.flatMap((one) => rowsOf(one, id === USER_URN ? "" : `${id}:`)),
  );
  return Object.fromEntries(rows);
}

function rowsOf(one: AttributeDefinition, prefix: string): [string, string][] {
  const { name, type, multiValued, mutability, required, subAttributes = [] } = one;
  const what = [type, ...(multiValued ? ["many"] : []), mutability, ...(required ? ["required"] : [])].join(
    " ",
  );
  return [
    [`${prefix}${name}`, what],
    ...subAttributes.flatMap((sub) => (mutability === "readOnly" ? [] : rowsOf(sub, `${prefix}${name}.`))),
  ];
}

describe("the schema of users", () => {
  test("of a pool without custom attributes has what every pool can do", () => {
    const context = scimContext("username", { password: "ignore" }, { schema: [] });
    expect(offered(context)).toEqual({
      userName: "string immutable required",
      displayName: "string readWrite",
      name: "complex readWrite",
      "name.formatted": "string readWrite",
      "name.familyName": "string readWrite",
      "name.givenName": "string readWrite",
      "name.middleName": "string readWrite",
      nickName: "string readWrite",
      profileUrl: "reference readWrite",
      locale: "string readWrite",
      timezone: "string readWrite",
      emails: "complex many readWrite",
      "emails.value": "string readWrite",
      "emails.type": "string readWrite",
      "emails.primary": "boolean readWrite",
      phoneNumbers: "complex many readWrite",
      "phoneNumbers.value": "string readWrite",
      "phoneNumbers.type": "string readWrite",
      "phoneNumbers.primary": "boolean readWrite",
      addresses: "complex many readWrite",
      "addresses.formatted": "string readWrite",
      "addresses.streetAddress": "string readWrite",
      "addresses.locality": "string readWrite",
      "addresses.region": "string readWrite",
      "addresses.postalCode": "string readWrite",
      "addresses.country": "string readWrite",
      "addresses.type": "string readWrite",
      "addresses.primary": "boolean readWrite",
      photos: "complex many readWrite",
      "photos.value": "reference readWrite",
      "photos.type": "string readWrite",
      "photos.primary": "boolean readWrite",
      active: "boolean readWrite required",
      groups: "complex many readOnly",
      [`${COGNITO_USER_URN}:gender`]: "string readWrite",
      [`${COGNITO_USER_URN}:website`]: "reference readWrite",
      [`${COGNITO_USER_URN}:preferred_username`]: "string readWrite",
      [`${COGNITO_USER_URN}:userStatus`]: "string readOnly",
      [`${COGNITO_USER_URN}:email_verified`]: "boolean readOnly",
      [`${COGNITO_USER_URN}:phone_number_verified`]: "boolean readOnly",
    });
  });

  test("has the attributes of the pool, each with the type that the pool gives it", () => {
    expect(offered(scimContext())).toMatchObject({
      title: "string readWrite",
      userType: "string readWrite",
      password: "string writeOnly",
      [`${ENTERPRISE_URN}:costCenter`]: "string readWrite",
      [`${ENTERPRISE_URN}:department`]: "string readWrite",
      [`${ENTERPRISE_URN}:manager`]: "complex readWrite",
      [`${ENTERPRISE_URN}:manager.value`]: "string readWrite",
      [`${ENTERPRISE_URN}:manager.$ref`]: "reference readWrite",
      [`${COGNITO_USER_URN}:level`]: "integer readWrite",
      [`${COGNITO_USER_URN}:vip`]: "boolean readWrite",
      [`${COGNITO_USER_URN}:hired`]: "dateTime readWrite",
      [`${COGNITO_USER_URN}:badge`]: "string readWrite",
    });
    expect(offered(scimContext())).not.toHaveProperty("preferredLanguage");
  });

  test("says what the pool requires and what it never changes", () => {
    const schema = [
      customAttribute("email", { required: true, mutable: false }),
      customAttribute("given_name", { required: true }),
      customAttribute("custom:badge", { mutable: false }),
    ];
    expect(offered(scimContext("username", {}, { schema }))).toMatchObject({
      emails: "complex many immutable required",
      "emails.value": "string readWrite required",
      "emails.type": "string readWrite",
      name: "complex readWrite required",
      "name.givenName": "string readWrite required",
      [`${COGNITO_USER_URN}:badge`]: "string immutable",
    });
    expect(offered(scimContext("email", {}, { schema }))["userName"]).toBe("string immutable required");
  });

  test.for(SCIM_POOL_KINDS)("in a pool of kind %s, userName can change unless it is the username", (kind) => {
    const expected = kind === "username" ? "string immutable required" : "string readWrite required";
    expect(offered(scimContext(kind))["userName"]).toBe(expected);
  });

  test("lets flags be written where the identity provider is not the authority", () => {
    expect(offered(scimContext("username", { verified: ["email"] }))).toMatchObject({
      [`${COGNITO_USER_URN}:email_verified`]: "boolean readOnly",
      [`${COGNITO_USER_URN}:phone_number_verified`]: "boolean readWrite",
    });
  });

  test("lets groups be written where the setting says so", () => {
    expect(offered(scimContext("username", { groupFromUser: true }))).toMatchObject({
      groups: "complex many readWrite",
      "groups.value": "string readWrite",
      "groups.display": "string readOnly",
    });
  });

  test("of Starling has its extension, and names that are the username", () => {
    expect(offered(scimContext("username", { profile: "starling" }))).toMatchObject({
      displayName: "string readOnly",
      "name.formatted": "string readOnly",
      "name.givenName": "string readWrite",
      [`${COGNITO_USER_URN}:email_verified`]: "boolean readWrite",
      [`${COGNITO_USER_URN}:isPasswordPermanent`]: "boolean writeOnly",
      [`${COGNITO_USER_URN}:desiredDeliveryMediums`]: "string many writeOnly",
    });
  });
});

describe("the schema of groups", () => {
  test("lets everything be written but the role; Starling's has the role and a name that stays", () => {
    const rows = (profile: "strict" | "starling") => {
      const { core, extensions } = groupSchemas({ profile });
      return [core, ...extensions].flatMap(({ attributes }) =>
        attributes.map(({ name, mutability }) => `${name} ${mutability}`),
      );
    };
    expect(rows("strict")).toEqual([
      "displayName readWrite",
      "members readWrite",
      "description readWrite",
      "precedence readWrite",
      "roleArn readOnly",
    ]);
    expect(rows("starling")).toEqual([
      "displayName immutable",
      "members readWrite",
      "description readWrite",
      "precedence readWrite",
      "roleArn readWrite",
    ]);
  });
});
