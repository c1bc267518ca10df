import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { User } from "../../pkg/core/user.ts";
import { draftAccount } from "../../pkg/provision/accounts/draft.ts";
import type { MappingContext } from "../../pkg/scim/mapping/context.ts";
import { poolTextOf, presentText } from "../../pkg/scim/mapping/forms.ts";
import { boundValueAt, isUnassigned } from "../../pkg/scim/mapping/resource-values.ts";
import { newAccountOf } from "../../pkg/scim/mapping/user-account.ts";
import { differenceOf } from "../../pkg/scim/mapping/user-difference.ts";
import { scimUser } from "../../pkg/scim/mapping/user-resource.ts";
import { isScimObject, ownMember } from "../../pkg/scim/mapping/values.ts";
import type { KeptValues } from "../../pkg/scim/records.ts";
import type { ScimResource } from "../../pkg/scim/resource.ts";
import { userSchemas } from "../../pkg/scim/schema/user-schema.ts";
import { ScimError } from "../../pkg/scim/scim-error.ts";
import { scimResourceFor } from "./scim-arbitraries.ts";
import { SCIM_POOL_KINDS, scimContext } from "./scim-pools.ts";

interface Person {
  readonly user: User;
  readonly kept: KeptValues;
}

const BORN = new Date("2026-01-02T03:04:05.678Z");
const SUB = "6f1c0000-0000-4000-8000-000000000001";
const GENERATED = "6f1c0000-0000-4000-8000-000000000002";

/** As Cognito makes the account that the provisioner asks for. */
function created(resource: ScimResource, context: MappingContext): Person {
  const { request, kept } = newAccountOf(resource, context, () => GENERATED);
  const draft = draftAccount(context.pool, request);
  const isGenerated = context.pool.usernameAttributes.length > 0 || draft.username === undefined;
  return {
    user: {
      sub: SUB,
      username: isGenerated ? GENERATED : (draft.username ?? ""),
      enabled: request.enabled ?? true,
      status: "CONFIRMED",
      createdAt: BORN,
      modifiedAt: BORN,
      attributes: new Map([...draft.attributes, ["sub", SUB]]),
      identities: [],
    },
    kept,
  };
}

function changed({ user, kept: before }: Person, resource: ScimResource, context: MappingContext): Person {
  const { set, remove, enabled, kept } = differenceOf(user, before, resource, context);
  const attributes = new Map([...user.attributes, ...set]);
  for (const name of remove) attributes.delete(name);
  return { user: { ...user, attributes, enabled: enabled ?? user.enabled }, kept };
}

function read({ user, kept }: Person, context: MappingContext): ScimResource {
  return scimUser(user, { kept, groups: undefined }, context);
}

/** What a client gets of what it sent: nothing of blank values. */
function withoutBlank(resource: ScimResource): ScimResource {
  return Object.fromEntries(
    Object.entries(resource).flatMap(([name, value]) => {
      const shown = isScimObject(value) ? withoutBlank(value) : value;
      const isNothing = isScimObject(shown) ? Object.keys(shown).length === 0 : isUnassigned(shown);
      return isNothing ? [] : [[name, shown] as const];
    }),
  );
}

/** The part of `whole` that `pattern` names. */
function partOf(whole: ScimResource, pattern: ScimResource): ScimResource {
  return Object.fromEntries(
    Object.entries(pattern).flatMap(([name, wanted]) => {
      const value = ownMember(whole, name);
      if (value === undefined) return [];
      return [[name, isScimObject(value) && isScimObject(wanted) ? partOf(value, wanted) : value] as const];
    }),
  );
}

function expectNothing(person: Person, resource: ScimResource, context: MappingContext): void {
  const { set, remove, enabled, password } = differenceOf(person.user, person.kept, resource, context);
  expect({ set: Object.fromEntries(set), remove, enabled, password }).toEqual({
    set: {},
    remove: [],
    enabled: undefined,
    password: undefined,
  });
}

/** A username that was chosen cannot become another plain name. */
function canBeRenamed({ user, kept }: Person, next: ScimResource, context: MappingContext): boolean {
  try {
    differenceOf(user, kept, { userName: next["userName"] ?? "" }, context);
    return true;
  } catch (error) {
    if (error instanceof ScimError && error.scimType === "mutability") return false;
    throw error;
  }
}

function withFoldedNames(user: User, { pool }: MappingContext): User {
  const attributes = new Map(user.attributes);
  for (const name of new Set(["email", ...pool.aliasAttributes])) {
    const text = attributes.get(name);
    if (text !== undefined) attributes.set(name, text.toLowerCase());
  }
  return { ...user, username: user.username.toLowerCase(), attributes };
}

const CONTEXTS = SCIM_POOL_KINDS.flatMap((kind) =>
  (["strict", "starling"] as const).flatMap((profile) =>
    [false, true].map((hasAttributes) => {
      const settings = hasAttributes
        ? { profile, externalIdAttribute: "scim_id", displayNameAttribute: "shown_as" }
        : { profile };
      return { kind, profile, hasAttributes, context: scimContext(kind, settings) };
    }),
  ),
);

/** What is written is read back, and a second cycle sends nothing: by random users of every kind of pool. */
export function testRoundTrips(runs: number): void {
  describe.for(CONTEXTS)(
    "a user of a $kind pool, $profile, with attributes for SCIM's own values: $hasAttributes",
    ({ kind, context }) => {
      const resource = scimResourceFor(kind, context);

      test("is read as it was created, and the same request again changes nothing", () => {
        fc.assert(
          fc.property(resource, (sent) => {
            const person = created(sent, context);
            const shown = withoutBlank(sent);
            expect(partOf(read(person, context), shown)).toEqual(shown);
            expectNothing(person, sent, context);
            expectNothing(person, read(person, context), context);
            const again = changed(person, sent, context);
            expect(partOf(read(again, context), shown)).toEqual(shown);
          }),
          { numRuns: runs },
        );
      });

      test("is read as it was replaced, without what was left out, and the second cycle sends nothing", () => {
        fc.assert(
          fc.property(resource, resource, fc.boolean(), (sent, next, renames) => {
            const person = created(sent, context);
            const userName =
              renames && canBeRenamed(person, next, context) ? next["userName"] : sent["userName"];
            const wanted = { ...next, userName: userName ?? "" };
            const after = changed(person, wanted, context);
            const shown = withoutBlank(wanted);
            const answer = read(after, context);
            expect(partOf(answer, shown)).toEqual(shown);
            const left = context.bindings.filter((binding) => boundValueAt(shown, binding) === undefined);
            expect(left.filter((binding) => boundValueAt(answer, binding) !== undefined)).toEqual([]);
            expectNothing(after, wanted, context);
            expectNothing(after, answer, context);
            expect(read(changed(after, answer, context), context)).toEqual(answer);
          }),
          { numRuns: runs },
        );
      });

      test("is read as the pool has it once somebody has changed the pool, and nothing is written back", () => {
        fc.assert(
          fc.property(resource, resource, fc.boolean(), (sent, other, isKept) => {
            const person = created(sent, context);
            const elsewhere = created(other, context);
            const attributes = new Map([...person.user.attributes, ...elsewhere.user.attributes]);
            const outside: User = { ...person.user, attributes };
            const kept = isKept ? person.kept : undefined;
            const answer = scimUser(outside, { kept, groups: undefined }, context);
            const wrong = context.bindings.filter((binding) => {
              const now = presentText(attributes, binding.source.name);
              const before = presentText(person.user.attributes, binding.source.name);
              if (before?.toLowerCase() === now?.toLowerCase()) return false;
              return poolTextOf(binding, boundValueAt(answer, binding)) !== now;
            });
            expect(wrong).toEqual([]);
            const { set, remove, enabled, kept: keptAfter } = differenceOf(outside, kept, answer, context);
            expect({ set: [...set], remove, enabled }).toEqual({ set: [], remove: [], enabled: undefined });
            expect(scimUser(outside, { kept: keptAfter, groups: undefined }, context)).toEqual(answer);
          }),
          { numRuns: runs },
        );
      });

      test("is read as it was sent where Cognito folds the letter case of names, and nothing is written back", () => {
        fc.assert(
          fc.property(resource, (sent) => {
            const person = created(sent, context);
            const folded: Person = { user: withFoldedNames(person.user, context), kept: person.kept };
            const shown = withoutBlank(sent);
            expect(partOf(read(folded, context), shown)).toEqual(shown);
            expectNothing(folded, sent, context);
          }),
          { numRuns: runs },
        );
      });

      test("has no attribute that its schemas do not have", () => {
        const { core, extensions } = userSchemas(context);
        const names = [...core.attributes, ...extensions.map(({ id }) => ({ name: id }))].map(
          ({ name }) => name,
        );
        const known = new Set([...names, "schemas", "id", "externalId", "meta"]);
        fc.assert(
          fc.property(resource, (sent) => {
            const answer = read(created(sent, context), context);
            expect(Object.keys(answer).filter((name) => !known.has(name))).toEqual([]);
            const unknown = extensions.flatMap(({ id, attributes }) => {
              const extension = ownMember(answer, id) ?? {};
              return Object.keys(extension).filter((name) => attributes.every((one) => one.name !== name));
            });
            expect(unknown).toEqual([]);
            expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
          }),
          { numRuns: runs },
        );
      });
    },
  );
}
