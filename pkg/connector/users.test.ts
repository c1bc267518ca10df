import { toBinary } from "@bufbuild/protobuf";
import { anyUnpack, timestampDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { somePool, someUser } from "../../test/support/fake-directory.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { type Resource, ResourceSchema, type UserTrait, UserTraitSchema } from "../protocol/messages.ts";
import { userId, userResource, userResourceBytes } from "./users.ts";

function resourceOf(over: Parameters<typeof someUser>[0], pool = somePool()): Resource {
  return userResource(someUser(over), pool, "sub");
}

function traitOf(resource: Resource): UserTrait {
  const [any] = resource.annotations;
  const trait = any === undefined ? undefined : anyUnpack(any, UserTraitSchema);
  if (trait === undefined) throw new Error("no UserTrait");
  return trait;
}

const google = {
  providerName: "Google",
  providerType: "Google",
  userId: "1234567890",
  issuer: undefined,
  primary: true,
  createdAt: new Date(1_700_000_000_123),
};

describe("the resource of a user", () => {
  test("mark 25: is keyed by sub and keeps the username for calls", () => {
    const before = resourceOf({ sub: "11111111-0000-4000-8000-000000000000", username: "bob" });
    const recreated = resourceOf({ sub: "22222222-0000-4000-8000-000000000000", username: "bob" });
    expect(before.id).not.toEqual(recreated.id);
    expect([traitOf(before).login, traitOf(recreated).login]).toEqual(["bob", "bob"]);
  });

  test("mark 26: in a pool that signs in by e-mail the login is the generated username, the e-mail an alias", () => {
    const pool = somePool({ usernameAttributes: ["email"] });
    const trait = traitOf(
      resourceOf({ sub: "s-1", username: "s-1", attributes: { email: "ann@example.com" } }, pool),
    );
    expect(trait.login).toBe("s-1");
    expect(trait.loginAliases).toEqual(["ann@example.com"]);
  });

  test("mark 27: two usernames that differ in case only stay two people", () => {
    const ids = ["Bob", "bob"].map((username, n) =>
      userId(someUser({ sub: `s-${n}`, username }), "username"),
    );
    expect(ids).toEqual(["Bob", "bob"]);
  });

  test.for([
    [true, "CONFIRMED"],
    [true, "FORCE_CHANGE_PASSWORD"],
    [true, "RESET_REQUIRED"],
    [false, "CONFIRMED"],
  ] as const)("Enabled alone decides the status: %s, %s (D4)", ([enabled, status]) => {
    const resource = resourceOf({ enabled, status });
    const expected = enabled ? 1 : 2;
    expect(resource.status).toMatchObject({ status: expected, details: status });
    expect(traitOf(resource).status).toMatchObject({ status: expected, details: status });
  });

  test("mark 29: a federated profile is tagged, by its status and by its identities", () => {
    const external = resourceOf({ status: "EXTERNAL_PROVIDER" });
    const linked = resourceOf({ status: "CONFIRMED", identities: [google] });
    for (const resource of [external, linked]) {
      expect(resource.profile?.["federated"]).toBe(true);
      expect(traitOf(resource).ssoStatus?.ssoEnabled).toBe(true);
    }
    expect(resourceOf({}).profile?.["federated"]).toBe(false);
  });

  test("mark 30: the two profiles of a linked person name each other's username", () => {
    const local = resourceOf({ username: "ann", identities: [google] });
    const federated = resourceOf({ username: "Google_1234567890", identities: [google] });
    expect(local.profile?.["linked_usernames"]).toEqual(["Google_1234567890"]);
    expect(federated.profile?.["linked_usernames"]).toBeUndefined();
    expect(local.profile?.["identities"]).toEqual([
      {
        created_at: "2023-11-14T22:13:20.123Z",
        primary: true,
        provider_name: "Google",
        provider_type: "Google",
        user_id: "1234567890",
        username: "Google_1234567890",
      },
    ]);
  });

  test("mark 32: a status that we do not know passes through", () => {
    const resource = resourceOf({ status: "SOMETHING_NEW_2027" });
    expect(resource.status?.details).toBe("SOMETHING_NEW_2027");
    expect(resource.profile?.["user_status"]).toBe("SOMETHING_NEW_2027");
  });

  test("mark 53: the last login is unknown, never the date of the last change", () => {
    expect(traitOf(resourceOf({ modifiedAt: new Date() })).lastLogin).toBeUndefined();
  });

  describe("of which single facts were read", () => {
    const readAt = new Date("2026-11-01T02:03:04.005Z");
    const shown = (facts: UserFacts) => userResource(someUser(), undefined, "sub", facts);

    test("has the last login and whether a second factor is on, with the times of reading", () => {
      const at = new Date("2026-10-01T12:00:00.100Z");
      const resource = shown({
        secondFactors: { factors: ["SMS_MFA"], preferred: "SMS_MFA", readAt },
        lastSignIn: { at, readAt },
      });
      const { lastLogin, mfaStatus } = traitOf(resource);
      expect(lastLogin && timestampDate(lastLogin)).toEqual(at);
      expect(mfaStatus?.mfaEnabled).toBe(true);
      expect(resource.profile).toMatchObject({
        second_factors: ["SMS_MFA"],
        preferred_second_factor: "SMS_MFA",
        second_factors_read_at: readAt.toISOString(),
        last_sign_in_at: at.toISOString(),
        last_sign_in_read_at: readAt.toISOString(),
      });
    });

    test("mark 53: distinguishes none from unknown", () => {
      const none = shown({
        secondFactors: { factors: [], preferred: undefined, readAt },
        lastSignIn: { at: undefined, readAt },
      });
      expect(traitOf(none).mfaStatus?.mfaEnabled).toBe(false);
      expect(traitOf(none).lastLogin).toBeUndefined();
      expect(none.profile).toMatchObject({ second_factors: [], last_sign_in_read_at: readAt.toISOString() });
      expect(none.profile).not.toHaveProperty("last_sign_in_at");
      const unknown = shown({});
      expect(traitOf(unknown).mfaStatus).toBeUndefined();
      expect(Object.keys(unknown.profile ?? {}).filter((key) => /sign_in|factor/.test(key))).toEqual([]);
    });
  });

  test("carries every attribute under Cognito's own name, and the keys that Baton's tools read", () => {
    const { profile } = resourceOf({
      username: "ann",
      attributes: {
        email: "a@x.io",
        email_verified: "true",
        given_name: "Ann",
        "custom:cost_center": "7",
        zoneinfo: "UTC",
      },
    });
    expect(profile).toMatchObject({
      email: "a@x.io",
      email_verified: true,
      given_name: "Ann",
      first_name: "Ann",
      "custom:cost_center": "7",
      zoneinfo: "UTC",
      username: "ann",
      user_id: "6f1c0000-0000-4000-8000-000000000001",
    });
    expect(Object.keys(profile ?? {})).toEqual(Object.keys(profile ?? {}).toSorted());
  });

  test("says creation twice and name in parts, as older and newer readers want it", () => {
    const resource = resourceOf({
      attributes: { given_name: "Ann", middle_name: "B.", family_name: "Clark" },
    });
    const trait = traitOf(resource);
    expect(trait.structuredName).toMatchObject({
      givenName: "Ann",
      middleNames: ["B."],
      familyName: "Clark",
    });
    for (const at of [resource.createdAt, trait.createdAt]) {
      expect(at && timestampDate(at).toISOString()).toBe("2024-02-03T04:05:06.789Z");
    }
  });

  test.for([
    [{ name: "Ann Clark", given_name: "X" }, "Ann Clark"],
    [{ given_name: "Ann", family_name: "Clark" }, "Ann Clark"],
    [{ family_name: "Clark" }, "Clark"],
    [{ name: "  ", preferred_username: "annie" }, "annie"],
    [{ email: "a@x.io" }, "a@x.io"],
    [{}, "the-username"],
  ] as const)("is shown by the best name there is: %o", ([attributes, expected]) => {
    expect(resourceOf({ username: "the-username", attributes }).displayName).toBe(expected);
  });

  test("leaves an invalid address out of the e-mails, and keeps it in the profile", () => {
    const resource = resourceOf({ attributes: { email: "not an address" } });
    expect(traitOf(resource).emails).toEqual([]);
    expect(resource.profile?.["email"]).toBe("not an address");
  });

  test.for([
    ["an unverified alias", { email: "a@x.io", email_verified: "false" }, []],
    ["a verified alias", { email: "a@x.io", email_verified: "true" }, ["a@x.io"]],
    ["a preferred username", { preferred_username: "annie" }, ["annie"]],
  ] as const)("takes as login alias what the pool lets sign in: %s", ([, attributes, expected]) => {
    const pool = somePool({ aliasAttributes: ["email", "preferred_username"] });
    expect(traitOf(resourceOf({ attributes }, pool)).loginAliases).toEqual(expected);
  });

  test("stays inside the field limits whatever the attributes hold", () => {
    const resource = resourceOf({ attributes: { name: "🦊".repeat(512) } });
    expect(Buffer.byteLength(resource.displayName)).toBeLessThanOrEqual(1024);
  });

  test("is never heavier than its estimate", () => {
    const attributes: Record<string, string> = { "custom:üñï🦊": "…".repeat(600) };
    for (let n = 0; n < 50; n++) attributes[`custom:attribute_${n}`] = "v🦊".repeat(300);
    const user = someUser({ attributes, identities: [google, google, google, google, google] });
    const readAt = new Date(1_790_000_000_000);
    const facts: UserFacts = {
      secondFactors: {
        factors: ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"],
        preferred: "SOFTWARE_TOKEN_MFA",
        readAt,
      },
      lastSignIn: { at: readAt, readAt },
    };
    const bare = someUser({ attributes: {} });
    expect(userResourceBytes(bare)).toBeGreaterThanOrEqual(
      toBinary(ResourceSchema, userResource(bare, somePool(), "sub", facts)).length,
    );
    const actual = toBinary(ResourceSchema, userResource(user, somePool(), "sub", facts)).length;
    expect(userResourceBytes(user)).toBeGreaterThanOrEqual(actual);
    expect(userResourceBytes(user)).toBeLessThan(actual * 1.5);
  });
});
