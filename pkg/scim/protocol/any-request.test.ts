import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENTERPRISE_URN, type JsonObject, type JsonValue, USER_URN } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { ScimError } from "../scim-error.ts";
import { applyPatch } from "./apply-patch.ts";
import { normalizeBody } from "./bodies.ts";
import { matches } from "./evaluate.ts";
import { parseFilter } from "./filter.ts";
import { isListValue, isObjectValue } from "./json.ts";
import { memberOperations } from "./members.ts";
import { parsePatch } from "./patch.ts";
import { project } from "./projection.ts";
import { GROUP_SCHEMAS, USER_SCHEMAS } from "./schemas.fixture.ts";

const COGNITO = "urn:connector:cognito:2.0:User";

const names = fc.constantFrom(
  "userName",
  "USERNAME",
  "name",
  "name.givenName",
  "displayName",
  "active",
  "emails",
  "emails.value",
  "emails.primary",
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[primary eq "True"].value',
  "emails[value pr].type",
  'emails[not (type eq "work")]',
  "addresses",
  'addresses[type eq "home"].country',
  "groups",
  "members",
  'members[value eq "a"]',
  "members[value pr]",
  "meta",
  "id",
  "schemas",
  "externalId",
  "password",
  "manager",
  "manager.value",
  "title",
  "roles",
  "unknown",
  "__proto__",
  "constructor",
  "value",
  "type",
  "primary",
  "givenName",
  "country",
  "$ref",
  "",
  USER_URN,
  `${USER_URN}:displayName`,
  ENTERPRISE_URN,
  `${ENTERPRISE_URN}:department`,
  COGNITO,
  `${COGNITO}:level`,
  `${COGNITO}:tags`,
  `${COGNITO}:tags[value eq "a"]`,
  `${COGNITO}:badge`,
  `${COGNITO}:hiredAt`,
  "urn:x",
  "[",
  "a[b",
);

const leaves = fc.constantFrom<JsonValue>(
  null,
  true,
  false,
  "",
  "a",
  "b",
  "work",
  "home",
  "True",
  "false",
  "7",
  "2026-01-02T03:04:05Z",
  0,
  7,
  1.5,
  Number.POSITIVE_INFINITY,
);

const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaves,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

const operations = fc.array(
  fc.record(
    { op: fc.constantFrom("add", "Replace", "REMOVE", "move"), path: names, value: values },
    { requiredKeys: ["op"], noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 4 },
);

/** What the work gives, or undefined for a failure that a client is answered with. */
function madeBy<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ScimError && [400, 413].includes(error.status) && error.scimType !== undefined)
      return undefined;
    throw error;
  }
}

/** A resource is right when it is what its own body describes. */
function expectRight(resource: JsonObject, schemas: ResourceSchemas): void {
  const again = normalizeBody(resource, schemas, "replace");
  expect(again.resource).toEqual(resource);
  expect(again.dropped).toEqual([]);
  for (const value of Object.values(resource)) {
    const primaries = isListValue(value)
      ? value.filter((item) => isObjectValue(item) && item["primary"] === true)
      : [];
    expect(primaries.length).toBeLessThan(2);
  }
}

const KINDS = [
  ["a user", USER_SCHEMAS, { userName: "ada" }],
  ["a group", GROUP_SCHEMAS, { displayName: "ops" }],
] as const;

describe.for(KINDS)("whatever a client sends for %s", ([, schemas, least]) => {
  test("a body is a resource as the schema has it, or 400", () => {
    let right = 0;
    const holds = (body: JsonValue): void => {
      const whole = isObjectValue(body) ? { ...least, ...body } : body;
      const made = madeBy(() => normalizeBody(whole, schemas, "create"));
      if (made === undefined) return;
      right += 1;
      expectRight(made.resource, schemas);
    };
    // One item put together under two names (seed -961256364).
    const examples: [JsonValue][] = [
      [{ 'emails[primary eq "True"].value': "work", 'emails[type eq "work"].value': "work" }],
    ];
    fc.assert(fc.property(values, holds), { numRuns: 2000, examples });
    expect(right).toBeGreaterThan(20);
  });

  test("a PATCH leaves a resource as the schema has it, or is 400", () => {
    let right = 0;
    const holds = (body: JsonValue, list: JsonValue): void => {
      const start = madeBy(() =>
        normalizeBody(isObjectValue(body) ? { ...body, ...least } : least, schemas, "create"),
      );
      const before = start?.resource ?? least;
      const after = madeBy(() => {
        const { others } = memberOperations(parsePatch({ Operations: list }, schemas));
        return applyPatch(before, others, schemas);
      });
      if (after === undefined) return;
      right += 1;
      expectRight(after, schemas);
      project(after, { attributes: ["emails.value", "name"] }, schemas);
    };
    fc.assert(fc.property(values, operations, holds), { numRuns: 2000 });
    expect(right).toBeGreaterThan(20);
  });

  test("a filter is a filter, or 400", () => {
    const ends = fc.constantFrom(
      ' eq "a"',
      " NE a",
      " pr",
      ' co "a"',
      " gt 7",
      " eq null",
      " eq true",
      ' sw "',
      "",
    );
    const terms = fc.tuple(names, ends).map((parts) => parts.join(""));
    const joints = fc.constantFrom(" and ", " OR ", " and not ", " ", ") or (");
    let right = 0;
    const holds = (list: readonly string[], joint: string, resource: JsonValue): void => {
      const filter = madeBy(() => parseFilter(`(${list.join(joint)})`, [schemas]));
      if (filter === undefined) return;
      right += 1;
      matches(filter, isObjectValue(resource) ? resource : {});
    };
    fc.assert(fc.property(fc.array(terms, { maxLength: 3 }), joints, values, holds), { numRuns: 3000 });
    expect(right).toBeGreaterThan(20);
  });
});
