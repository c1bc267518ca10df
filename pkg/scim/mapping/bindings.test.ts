import { describe, expect, test } from "vitest";
import { customAttribute, scimContext } from "../../../test/support/scim-pools.ts";
import type { SchemaAttribute } from "../../core/pool.ts";
import { pathOfBinding } from "./binding.ts";
import type { MappingContext } from "./context.ts";

const places = ({ bindings }: MappingContext): Record<string, string> =>
  Object.fromEntries(bindings.map((one) => [one.source.name, pathOfBinding(one)]));
const custom = (...names: string[]): Record<string, string> =>
  placesOf(names.map((name) => customAttribute(name)));
const placesOf = (schema: SchemaAttribute[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(places(scimContext("username", {}, { schema }))).filter(([name]) => name.includes(":")),
  );

describe("where the attributes of a pool are in SCIM", () => {
  test("each has one place", () => {
    expect(places(scimContext())).toEqual({
      name: "name.formatted",
      family_name: "name.familyName",
      given_name: "name.givenName",
      middle_name: "name.middleName",
      nickname: "nickName",
      profile: "profileUrl",
      locale: "locale",
      zoneinfo: "timezone",
      email: "emails",
      phone_number: "phoneNumbers",
      address: "addresses",
      picture: "photos",
      "custom:title": "title",
      "custom:user_type": "userType",
      "custom:cost_center": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
      "custom:department": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
      "custom:manager": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
      gender: "urn:connector:cognito:2.0:User:gender",
      website: "urn:connector:cognito:2.0:User:website",
      preferred_username: "urn:connector:cognito:2.0:User:preferred_username",
      "custom:level": "urn:connector:cognito:2.0:User:level",
      "custom:vip": "urn:connector:cognito:2.0:User:vip",
      "custom:hired": "urn:connector:cognito:2.0:User:hired",
      "custom:badge": "urn:connector:cognito:2.0:User:badge",
      "custom:scim_id": "urn:connector:cognito:2.0:User:scim_id",
      "custom:shown_as": "urn:connector:cognito:2.0:User:shown_as",
    });
  });

  test("the settings choose the attributes of externalId and displayName", () => {
    const settings = { externalIdAttribute: "scim_id", displayNameAttribute: "custom:shown_as" };
    const chosen = places(scimContext("username", settings));
    expect([chosen["custom:scim_id"], chosen["custom:shown_as"]]).toEqual(["externalId", "displayName"]);
    const { name } = places(scimContext("username", { displayNameAttribute: "name" }));
    expect(name).toBe("displayName");
  });

  test.for([
    [
      { externalIdAttribute: "scimid" },
      /^--scim-external-id-attribute: is no attribute of the pool; did you mean/,
    ],
    [{ externalIdAttribute: "level" }, /^--scim-external-id-attribute: is not a text attribute$/],
    [{ externalIdAttribute: "email" }, /^--scim-external-id-attribute: must be a custom attribute$/],
    [{ displayNameAttribute: "sub" }, /^--scim-display-name-attribute: is kept by Cognito/],
    [
      { displayNameAttribute: "email" },
      /^--scim-display-name-attribute: must be a custom attribute, or name$/,
    ],
    [{ externalIdAttribute: "badge", displayNameAttribute: "custom:badge" }, /are the same attribute/],
  ] as const)("the settings %j are refused", ([settings, message]) => {
    expect(() => scimContext("username", settings)).toThrow(message);
  });

  test("an attribute that can be set at creation only is refused for a value that changes", () => {
    const schema = [customAttribute("custom:once", { mutable: false })];
    expect(() => scimContext("username", { externalIdAttribute: "once" }, { schema })).toThrow(
      "--scim-external-id-attribute: can be set at creation only; choose an attribute that can change",
    );
  });

  test("names of custom attributes become names that SCIM allows, each another one", () => {
    expect(
      custom("custom:a.b", "custom:a_b", "custom:A_B", "custom:9", "custom:__proto__", "custom:größe"),
    ).toEqual({
      "custom:a.b": "urn:connector:cognito:2.0:User:a_b",
      "custom:a_b": "urn:connector:cognito:2.0:User:a_b_2",
      "custom:A_B": "urn:connector:cognito:2.0:User:A_B_3",
      "custom:9": "urn:connector:cognito:2.0:User:custom_9",
      "custom:__proto__": "urn:connector:cognito:2.0:User:custom___proto__",
      "custom:größe": "urn:connector:cognito:2.0:User:gr__e",
    });
    expect(custom("custom:gender", "custom:userStatus", "custom:email_verified")).toEqual({
      "custom:gender": "urn:connector:cognito:2.0:User:gender_2",
      "custom:userStatus": "urn:connector:cognito:2.0:User:userStatus_2",
      "custom:email_verified": "urn:connector:cognito:2.0:User:email_verified_2",
    });
  });

  test("a custom attribute of another type has no place of a text", () => {
    expect(placesOf([customAttribute("custom:title", { type: "Boolean" })])).toEqual({
      "custom:title": "urn:connector:cognito:2.0:User:title",
    });
  });

  test("developer-only attributes have no place", () => {
    expect(placesOf([customAttribute("dev:custom:x", { developerOnly: true })])).toEqual({});
  });

  test("what people sign in with has its place in userName alone", () => {
    expect(places(scimContext("all aliases"))["preferred_username"]).toBeUndefined();
    expect(places(scimContext("email alias"))["preferred_username"]).toBeDefined();
  });

  test("the birthday is there where the pool requires it", () => {
    const schema = [customAttribute("birthdate", { required: true, minLength: 10, maxLength: 10 })];
    expect(places(scimContext("username", {}, { schema }))["birthdate"]).toBe(
      "urn:connector:cognito:2.0:User:birthdate",
    );
  });
});
