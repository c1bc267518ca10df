import fc from "fast-check";
import type { BindingForm } from "../../pkg/scim/mapping/binding.ts";
import type { MappingContext } from "../../pkg/scim/mapping/context.ts";
import { ResourceBuilder } from "../../pkg/scim/mapping/resource-values.ts";
import type { JsonObject, JsonValue, ScimResource } from "../../pkg/scim/resource.ts";
import type { ScimPoolKind } from "./scim-pools.ts";

const HARD = [
  'O\'Brien/Ünï%2F+"q" 😀',
  "a b",
  "%",
  "../..",
  "null",
  "__proto__",
  "e\u0301",
  " lead",
  "x".repeat(2048),
  "é".repeat(1024),
];
const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }) },
    { weight: 1, arbitrary: fc.constantFrom(...HARD) },
    { weight: 1, arbitrary: fc.constantFrom("", "  ") },
  )
  .filter((one) => one.isWellFormed());
const word = fc.string({
  unit: fc.constantFrom(...Array.from("abcdefgXYZ0123456789'+%/")),
  minLength: 1,
  maxLength: 12,
});
const email = fc
  .tuple(word, fc.constantFrom("example.com", "EXAMPLE.org", "corp.test"))
  .map(([name, domain]) => `${name}@${domain}`);
const phone = fc.oneof(
  fc.constantFrom(
    "+1 555 123-4567",
    "tel:+4915112345678",
    "+15551234567",
    "5551234567",
    "x12",
    "+49 (0)151 123",
  ),
  fc.integer({ min: 10_000, max: 99_999_999 }).map((number) => `+49${number}`),
);
const international = fc.integer({ min: 10_000, max: 99_999_999 }).map((number) => `+49 ${number}`);
const type = fc.constantFrom("work", "home", "other", "Mobile", "photo");

/** Items of which at most one is primary. */
function items(
  value: fc.Arbitrary<string>,
  of = (one: string): JsonObject => ({ value: one }),
): fc.Arbitrary<JsonValue> {
  return fc
    .tuple(
      fc.array(fc.tuple(value, fc.option(type, { nil: undefined })), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: -1, max: 2 }),
      fc.boolean(),
    )
    .map(([all, primary, saysFalse]) =>
      all.map(([one, its], at) => ({
        ...of(one),
        ...(its !== undefined && { type: its }),
        ...(at === primary ? { primary: true } : saysFalse && { primary: false }),
      })),
    );
}

function userNameFor(kind: ScimPoolKind): fc.Arbitrary<string> {
  const plain = fc.string({
    unit: fc.constantFrom(...Array.from("abcXYZ019'+%/é😀")),
    minLength: 1,
    maxLength: 12,
  });
  switch (kind) {
    case "username":
      return fc.oneof(plain, email);
    case "email":
      return email;
    case "phone":
      return international;
    case "email or phone":
      return fc.oneof(email, international);
    case "email alias":
    case "email and phone alias":
      return fc.oneof(email, plain);
    case "preferred username":
      return fc.oneof(plain, email);
    case "all aliases":
      return fc.oneof(plain, email, international);
  }
}

const date = fc
  .date({ min: new Date("1970-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((one) => one.toISOString());

/** A resource with some of the attributes that the schemas offer to write. */
export function scimResourceFor(kind: ScimPoolKind, context: MappingContext): fc.Arbitrary<ScimResource> {
  const parts = context.bindings.map((binding) =>
    (binding.source.name === "custom:level"
      ? fc.integer({ min: 0, max: 1_000_000 })
      : valueFor(binding.form)
    ).map((value) => ({ binding, value })),
  );
  return fc
    .tuple(
      userNameFor(kind),
      fc.record({ displayName: text, active: fc.boolean(), externalId: text }, { requiredKeys: [] }),
      fc.tuple(...parts.map((part) => fc.option(part, { nil: undefined, freq: 2 }))),
    )
    .map(([userName, core, bound]) => {
      const resource = new ResourceBuilder();
      resource.set("userName", userName);
      const own = context.profile === "strict" ? core : {};
      for (const [name, value] of Object.entries(own)) resource.set(name, value);
      for (const part of bound) {
        if (part !== undefined) resource.setAt(part.binding, part.value);
      }
      return resource.build();
    });
}

function valueFor(form: BindingForm): fc.Arbitrary<JsonValue> {
  switch (form) {
    case "text":
    case "reference":
      return text;
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer();
    case "dateTime":
      return date;
    case "emails":
      return items(email);
    case "phoneNumbers":
      return items(phone);
    case "photos":
      return items(text.filter((one) => one.trim() !== ""));
    case "addresses":
      return items(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((one) => one.trim() !== ""),
        (one) => ({ streetAddress: one, locality: "Köln" }),
      );
    case "manager":
      return fc.oneof(
        fc.record({ value: word }),
        fc.record({ value: word, $ref: fc.constant("https://scim.example.com/scim/v2/Users/m") }),
      );
  }
}
