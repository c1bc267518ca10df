// The bytes of the rows are those of their messages.
import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { somePool } from "../../test/support/fake-directory.ts";
import type { Identity, User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { MessageWriter } from "../protocol/message-writer.ts";
import { GrantSchema, ResourceSchema } from "../protocol/messages.ts";
import { membershipGrants } from "./grants.ts";
import { userResource } from "./users.ts";
import { membershipWriter, writeUserResource } from "./write-rows.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ minLength: 1000, maxLength: 1100 }),
  fc.constantFrom("", "true", "false", "ann@example.com", "Ann <ann@example.com>", "\ud800", "ä".repeat(600)),
);
const dates = fc.date({ min: new Date("1960-01-01"), max: new Date("2090-01-01"), noInvalidDate: true });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const identities: fc.Arbitrary<Identity> = fc.record({
  providerName: texts,
  providerType: texts,
  userId: texts,
  issuer: optional(texts),
  primary: fc.boolean(),
  createdAt: optional(dates),
});

const names = fc.oneof(
  fc.constantFrom(
    "sub",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "preferred_username",
    "name",
    "given_name",
    "middle_name",
    "family_name",
    "identities",
    "username",
    "enabled",
    "first_name",
    "second_factors",
    "last_sign_in_at",
  ),
  texts.map((text) => `custom:${text}`),
);

const users: fc.Arbitrary<User> = fc.record({
  sub: texts,
  username: texts,
  enabled: fc.boolean(),
  status: fc.oneof(fc.constantFrom("CONFIRMED", "EXTERNAL_PROVIDER"), texts),
  createdAt: dates,
  modifiedAt: dates,
  attributes: fc.array(fc.tuple(names, texts), { maxLength: 20 }).map((entries) => new Map(entries)),
  identities: fc.array(identities, { maxLength: 2 }),
});

const facts: fc.Arbitrary<UserFacts> = fc.record({
  secondFactors: optional(
    fc.record({ factors: fc.array(texts, { maxLength: 3 }), preferred: optional(texts), readAt: dates }),
  ),
  lastSignIn: optional(fc.record({ at: optional(dates), readAt: dates })),
});

const pools = fc.constantFrom(
  undefined,
  somePool({ usernameAttributes: ["email"] }),
  somePool({ aliasAttributes: ["email", "phone_number", "preferred_username"] }),
);
const kinds = fc.constantFrom("sub", "username");

/** With the seed, so that a failure can be run again. */
function verdictOf<T>(property: fc.IProperty<T>) {
  const { failed, seed, counterexample } = fc.check(property, { numRuns: 250 });
  return { failed, seed, counterexample };
}

describe("the bytes that are written without a message", () => {
  test("are those of the resource of a user", () => {
    const writer = new MessageWriter(16);
    const verdict = verdictOf(
      fc.property(users, pools, kinds, facts, (user, pool, kind, known) => {
        writer.clear();
        writeUserResource(writer, user, pool, kind, known);
        return hex(writer.since(0)) === hex(toBinary(ResourceSchema, userResource(user, pool, kind, known)));
      }),
    );
    expect(verdict).toMatchObject({ failed: false });
  });

  test("are those of the grant of a membership", () => {
    const poolId = "eu-west-1_Rows00001";
    const groups = fc.oneof(texts, fc.constant(`${poolId}_Google`));
    const writer = new MessageWriter(16);
    const verdict = verdictOf(
      fc.property(users, groups, kinds, (user, group, kind) => {
        const write = membershipWriter(group, kind, poolId);
        const grant = membershipGrants(group, kind, poolId)(user);
        writer.clear();
        // A member that was read ahead has no more.
        write(writer, { sub: user.sub, username: user.username });
        return hex(writer.since(0)) === hex(toBinary(GrantSchema, grant));
      }),
    );
    expect(verdict).toMatchObject({ failed: false });
  });

  test("are right for the first user of a new set of attributes and for every later one", () => {
    const writer = new MessageWriter();
    const sets = Array.from({ length: 12_000 }, (_, index) => new Map([[`custom:${index}`, String(index)]]));
    const base = fc.sample(users, { numRuns: 1, seed: 1 })[0];
    if (base === undefined) throw new Error("a user");
    const wrong = [...sets, ...sets.slice(0, 5)].filter((attributes) => {
      const user = { ...base, attributes };
      writer.clear();
      writeUserResource(writer, user, undefined, "sub", {});
      return hex(writer.since(0)) !== hex(toBinary(ResourceSchema, userResource(user, undefined, "sub")));
    });
    expect(wrong).toEqual([]);
  });
});
