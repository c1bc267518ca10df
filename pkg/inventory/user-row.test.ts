import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { somePool, someUser } from "../../test/support/fake-directory.ts";
import { userResource } from "../connector/users.ts";
import { parseIdentities } from "../core/identities.ts";
import type { User } from "../core/user.ts";
import { ResourceSchema } from "../protocol/messages.ts";
import { NamedRow } from "./named-row.ts";
import { stateColumnNames } from "./target/columns.ts";
import { userCells } from "./target/state-cells.ts";
import { userOfRow } from "./user-row.ts";

const places = new Map(stateColumnNames("users").map((name, at) => [name, at]));
const pool = somePool({ aliasAttributes: ["email", "phone_number", "preferred_username"] });

const throughTheInventory = (user: User): User => userOfRow(new NamedRow(places, userCells(user)));
const mapped = (user: User): Uint8Array => toBinary(ResourceSchema, userResource(user, pool, "sub"));

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const name = fc.oneof(
  fc.constantFrom(
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "given_name",
    "family_name",
    "name",
    "preferred_username",
    "custom:team",
    "__proto__",
  ),
  text,
);
const value = fc.oneof(text, fc.constantFrom("true", "false", "", "ann@example.com"));

const identities = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom("not JSON", "[]", "[ ]", "[{}]", ""),
  fc
    .array(
      fc.record({
        userId: text,
        providerName: fc.constantFrom("Google", "Corp", ""),
        providerType: fc.constantFrom("Google", "SAML"),
        issuer: fc.option(text),
        primary: fc.constantFrom("true", "false", true, false),
        dateCreated: fc.constantFrom("1700000000123", 1_700_000_000_123),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((list) => JSON.stringify(list)),
);

test("a user is mapped from the inventory to the bytes that a sync writes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 12 }),
      identities,
      fc.boolean(),
      fc.constantFrom("CONFIRMED", "EXTERNAL_PROVIDER", "UNKNOWN"),
      (entries, listed, enabled, status) => {
        const sent = entries.filter(([one]) => one !== "sub" && one !== "identities");
        const base = someUser({ enabled, status });
        const attributes = new Map([...base.attributes, ...sent]);
        if (listed !== undefined) attributes.set("identities", listed);
        const user = { ...base, attributes, identities: parseIdentities(listed) };
        expect(throughTheInventory(user)).toEqual(user);
        expect(mapped(throughTheInventory(user))).toEqual(mapped(user));
      },
    ),
    { numRuns: 300 },
  );
});
