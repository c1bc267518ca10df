// Rows that change need a new MAPPING_VERSION, and users with different rows need different stamps: otherwise a sync that
// continues an older run, or that meets a user twice, writes a file that mixes old and new rows.
import { createHash } from "node:crypto";
import { createRegistry, type DescMessage, type MessageShape, toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Group } from "../core/group.ts";
import type { Pool } from "../core/pool.ts";
import type { Identity, User } from "../core/user.ts";
import type { LastSignIn, SecondFactors, UserFacts } from "../core/user-facts.ts";
import {
  CapabilityPermissionsSchema,
  EntitlementImmutableSchema,
  EntitlementSchema,
  GrantImmutableSchema,
  GrantSchema,
  GroupTraitSchema,
  ResourceSchema,
  ResourceTypeSchema,
  SkipEntitlementsAndGrantsSchema,
  UserTraitSchema,
} from "../protocol/messages.ts";
import { MAPPING_VERSION, type UserIdKind } from "./connector.ts";
import { memberEntitlement } from "./entitlements.ts";
import { membershipGrants } from "./grants.ts";
import { groupResource } from "./groups.ts";
import { RESOURCE_TYPES } from "./resource-types.ts";
import { userResource, userStamp } from "./users.ts";

/** SHA-256 over the bytes of the rows below, for each version. A line that is here is never edited. */
const ROWS_OF_VERSION: Readonly<Record<number, string>> = {
  1: "fc3815149698e18844431c5d28e7cee342c19d0e5f1342093449cc00c1de0848",
  2: "b46e70a3fe34fedbc0c7e3f8c2907e878d3ca983bf12551c786998f4b81e96aa",
};

const POOL_ID = "eu-west-1_Rows00001";
const REGISTRY = createRegistry(
  CapabilityPermissionsSchema,
  EntitlementImmutableSchema,
  GrantImmutableSchema,
  GroupTraitSchema,
  SkipEntitlementsAndGrantsSchema,
  UserTraitSchema,
);

const plainPool: Pool = {
  id: POOL_ID,
  name: "rows",
  arn: `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${POOL_ID}`,
  estimatedUsers: 3,
  schema: [],
  usernameAttributes: [],
  aliasAttributes: ["email", "phone_number", "preferred_username"],
  caseSensitiveUsernames: false,
  passwordPolicy: {
    minimumLength: 8,
    requireUppercase: true,
    requireLowercase: true,
    requireNumbers: true,
    requireSymbols: true,
    historySize: 0,
    temporaryPasswordValidityDays: 7,
  },
  verifiedBeforeUpdate: [],
  firstAuthFactors: ["PASSWORD"],
  mfa: "OFF",
  tier: "ESSENTIALS",
  createdAt: new Date("2024-01-01T00:00:00Z"),
};
const emailPool: Pool = { ...plainPool, usernameAttributes: ["email"], aliasAttributes: [] };

const identity: Identity = {
  providerName: "Google",
  providerType: "Google",
  userId: "1234567890",
  issuer: "https://accounts.google.com",
  primary: true,
  createdAt: new Date("2024-02-03T04:05:06.789Z"),
};

// Every attribute that the mapping gives a meaning, one of the pool's own, and an unknown one.
const ATTRIBUTES: readonly (readonly [string, string])[] = [
  ["sub", "6f1c0000-0000-4000-8000-000000000001"],
  ["email", "ann@example.com"],
  ["email_verified", "true"],
  ["phone_number", "+4915112345678"],
  ["phone_number_verified", "false"],
  ["preferred_username", "ann"],
  ["name", "Ann B. Example"],
  ["given_name", "Ann"],
  ["middle_name", "B."],
  ["family_name", "Example"],
  ["custom:department", "Finance"],
  ["identities", "[]"],
  ["a name with ünïcode 🙂", "𝄞"],
];

const richUser: User = {
  sub: "6f1c0000-0000-4000-8000-000000000001",
  username: "ann.example",
  enabled: true,
  status: "CONFIRMED",
  createdAt: new Date("2024-02-03T04:05:06.789Z"),
  modifiedAt: new Date("2025-03-04T05:06:07.891Z"),
  attributes: new Map(ATTRIBUTES),
  identities: [
    identity,
    { ...identity, providerName: "Corp", issuer: undefined, primary: false, createdAt: undefined },
  ],
};
const bareUser: User = {
  ...richUser,
  username: richUser.sub,
  enabled: false,
  status: "EXTERNAL_PROVIDER",
  attributes: new Map([["sub", richUser.sub]]),
  identities: [],
};
const longUser: User = {
  ...bareUser,
  status: "s".repeat(1025),
  attributes: new Map([
    ["name", "ä".repeat(513)],
    ["email", "no address"],
    ["email_verified", "perhaps"],
    ["given_name", "Only"],
  ]),
};

const readAt = new Date("2026-11-01T02:03:04.005Z");
const knownFacts: UserFacts = {
  secondFactors: {
    factors: ["SOFTWARE_TOKEN_MFA", "SMS_MFA"],
    preferred: "SOFTWARE_TOKEN_MFA",
    readAt,
  },
  lastSignIn: { at: new Date("2026-10-01T12:00:00.1Z"), readAt },
};
const noneFound: UserFacts = {
  secondFactors: { factors: [], preferred: undefined, readAt },
  lastSignIn: { at: undefined, readAt },
};

const richGroup: Group = {
  name: "finance:admins ünïcode",
  description: "People who keep the books",
  roleArn: "arn:aws:iam::123456789012:role/finance",
  precedence: 0,
  createdAt: new Date("2024-02-03T04:05:06.789Z"),
  modifiedAt: new Date("2025-03-04T05:06:07.891Z"),
};
const providerGroup: Group = {
  ...richGroup,
  name: `${POOL_ID}_Google`,
  description: undefined,
  roleArn: undefined,
  precedence: undefined,
};
const longGroup: Group = { ...richGroup, name: "g".repeat(1025), description: "ä".repeat(1025) };

interface Row {
  readonly is: string;
  readonly bytes: Uint8Array;
  readonly json: unknown;
}

function row<D extends DescMessage>(is: string, schema: D, message: MessageShape<D>): Row {
  return { is, bytes: toBinary(schema, message), json: toJson(schema, message, { registry: REGISTRY }) };
}

const users: readonly (readonly [string, User, Pool, UserIdKind, UserFacts?])[] = [
  ["rich, by sub", richUser, plainPool, "sub"],
  ["rich, by username", richUser, plainPool, "username"],
  ["rich, in a pool that signs in by e-mail", richUser, emailPool, "sub"],
  ["disabled and bare", bareUser, plainPool, "sub"],
  ["too long to fit", longUser, plainPool, "sub"],
  ["with second factors and a sign-in", bareUser, plainPool, "sub", knownFacts],
  ["without a second factor and without a sign-in", bareUser, plainPool, "sub", noneFound],
];
const groups: readonly (readonly [string, Group])[] = [
  ["rich", richGroup],
  ["of an identity provider", providerGroup],
  ["too long to fit", longGroup],
];

const ROWS: readonly Row[] = [
  ...RESOURCE_TYPES.map((type) => row(`type ${type.id}`, ResourceTypeSchema, type)),
  ...users.map(([is, user, pool, kind, facts]) =>
    row(`user: ${is}`, ResourceSchema, userResource(user, pool, kind, facts)),
  ),
  ...groups.map(([is, group]) => row(`group: ${is}`, ResourceSchema, groupResource(group, POOL_ID))),
  ...groups.map(([is, { name }]) =>
    row(`entitlement: ${is}`, EntitlementSchema, memberEntitlement(name, POOL_ID)),
  ),
  ...groups.map(([is, { name }]) =>
    row(`grant: ${is}`, GrantSchema, membershipGrants(name, "sub", POOL_ID)(richUser)),
  ),
];

describe("MAPPING_VERSION", () => {
  test("is raised when the bytes of a row change", () => {
    const hash = createHash("sha256");
    for (const { bytes } of ROWS) hash.update(`${bytes.length} `).update(bytes);
    const digest = hash.digest("hex");
    const recorded = ROWS_OF_VERSION[MAPPING_VERSION];
    const version = MAPPING_VERSION + (recorded === undefined ? 0 : 1);
    const cure =
      `A mapped row changed. MAPPING_VERSION in pkg/connector/connector.ts must be ${version}, ROWS_OF_VERSION in this ` +
      `test needs the line "${version}: ${digest}", and "make golden" writes the golden file that shows the change.`;
    expect(recorded === digest ? "" : cure).toBe("");
  });

  test("the golden file shows what changed in the rows", async () => {
    const shown = ROWS.map(({ is, json }) => ({ is, row: json }));
    await expect(`${JSON.stringify(shown, undefined, 2)}\n`).toMatchFileSnapshot("golden/mapped-rows.json");
  });
});

/**
 * Why a change of the field changes the stamp. `moves-the-date`: Cognito moves `modifiedAt` with it. `of-the-person`: it
 * never changes for one user, and stamps are only compared within one user.
 */
type Covered = "in-the-stamp" | "moves-the-date" | "of-the-person";

const COVERED: Readonly<Record<keyof User, Covered>> = {
  sub: "of-the-person",
  username: "of-the-person",
  createdAt: "of-the-person",
  modifiedAt: "in-the-stamp",
  enabled: "in-the-stamp",
  status: "in-the-stamp",
  identities: "in-the-stamp",
  attributes: "moves-the-date",
};

const dates = fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
const identities: fc.Arbitrary<Identity> = fc.record({
  providerName: fc.constantFrom("Google", "Corp"),
  providerType: fc.constantFrom("Google", "SAML", "OIDC"),
  userId: fc.constantFrom("1", "2"),
  issuer: fc.option(fc.constantFrom("https://a.example", "https://b.example"), { nil: undefined }),
  primary: fc.boolean(),
  createdAt: fc.option(dates, { nil: undefined }),
});
const FIELDS: { readonly [K in keyof User]: fc.Arbitrary<User[K]> } = {
  sub: fc.constant(richUser.sub),
  username: fc.constant(richUser.username),
  createdAt: fc.constant(richUser.createdAt),
  modifiedAt: dates,
  enabled: fc.boolean(),
  status: fc.constantFrom("CONFIRMED", "UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER", "0"),
  identities: fc.array(identities, { maxLength: 2 }),
  attributes: fc
    .subarray(ATTRIBUTES.map(([name]) => name))
    .chain((names) =>
      fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), fc.constantFrom("true", "b@c.d", "x")))),
    )
    .map((entries) => new Map(entries)),
};
const readings: fc.Arbitrary<User> = fc.record(FIELDS);
const secondFactors: fc.Arbitrary<SecondFactors> = fc.record({
  factors: fc.subarray(["SMS_MFA", "EMAIL_OTP", "A,B", ""]),
  preferred: fc.option(fc.constantFrom("SMS_MFA", "EMAIL_OTP"), { nil: undefined }),
  readAt: fc.constantFrom(readAt, new Date(0)),
});
const lastSignIn: fc.Arbitrary<LastSignIn> = fc.record({
  at: fc.option(fc.constantFrom(readAt, new Date(0)), { nil: undefined }),
  readAt: fc.constantFrom(readAt, new Date(0)),
});
const knowledge: fc.Arbitrary<UserFacts> = fc.record({
  secondFactors: fc.option(secondFactors, { nil: undefined }),
  lastSignIn: fc.option(lastSignIn, { nil: undefined }),
});
const laterBy = fc.integer({ min: 1, max: 1_000_000 });
const names = fc.subarray(Object.keys(COVERED).filter(isField), { minLength: 1 });

function isField(name: string): name is keyof User {
  return Object.hasOwn(COVERED, name);
}

function bytesOf(user: User, facts?: UserFacts): string {
  return Buffer.from(toBinary(ResourceSchema, userResource(user, plainPool, "sub", facts))).toString("hex");
}

/** With the seed, so that a failure can be run again. */
function verdictOf<T>(property: fc.IProperty<T>, numRuns: number) {
  const { failed, seed, counterexamplePath, counterexample } = fc.check(property, { numRuns });
  return { failed, seed, counterexamplePath, counterexample };
}

describe("the stamp of a user", () => {
  test("differs between two readings of a user that map to different rows", () => {
    const property = fc.property(readings, readings, names, laterBy, (before, other, changed, later) => {
      let after: User = before;
      for (const name of changed) after = { ...after, [name]: other[name] };
      if (changed.some((name) => COVERED[name] === "moves-the-date")) {
        after = { ...after, modifiedAt: new Date(before.modifiedAt.getTime() + later) };
      }
      return bytesOf(before) === bytesOf(after) || userStamp(before) !== userStamp(after);
    });
    expect(verdictOf(property, 300)).toMatchObject({ failed: false });
  });

  test.for(
    Object.keys(COVERED)
      .filter(isField)
      .filter((name) => COVERED[name] === "in-the-stamp"),
  )("changes with %s, even where Cognito does not move the date", (name) => {
    const property = fc.property(readings, FIELDS[name], (before, value) => {
      const after: User = { ...before, [name]: value };
      return bytesOf(before) === bytesOf(after) || userStamp(before) !== userStamp(after);
    });
    expect(verdictOf(property, 100)).toMatchObject({ failed: false });
  });

  test("changes with every fact that is known of the user", () => {
    const property = fc.property(readings, knowledge, knowledge, (user, before, after) => {
      return (
        bytesOf(user, before) === bytesOf(user, after) || userStamp(user, before) !== userStamp(user, after)
      );
    });
    expect(verdictOf(property, 500)).toMatchObject({ failed: false });
    expect(userStamp(richUser, {})).toBe(userStamp(richUser));
  });

  test("covers every field that the mapping reads", () => {
    const read = new Set<string>();
    const watched = new Proxy(richUser, {
      get(target, name, receiver): unknown {
        if (typeof name === "string") read.add(name);
        return Reflect.get(target, name, receiver);
      },
    });
    userResource(watched, plainPool, "username");
    userResource(watched, plainPool, "sub");
    expect([...read].toSorted()).toEqual(Object.keys(COVERED).toSorted());
  });
});
