import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scimApp } from "../../../test/support/scim-app.ts";
import { scimStage } from "../../../test/support/scim-stage.ts";
import { isObjectValue } from "../protocol/json.ts";
import type { JsonValue } from "../resource.ts";

const RUNS = 1_500;

const NAMES = [
  "userName",
  "name",
  "name.givenName",
  "givenName",
  "emails",
  "emails.value",
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  "phoneNumbers",
  "addresses",
  "displayName",
  "externalId",
  "active",
  "password",
  "groups",
  "members",
  'members[value eq "x"]',
  "members.value",
  "meta",
  "meta.created",
  "schemas",
  "id",
  "locale",
  "nickName",
  "roles",
  "manager",
  "urn:ietf:params:scim:schemas:core:2.0:User",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
  "urn:connector:cognito:2.0:User",
  "urn:connector:cognito:2.0:User:gender",
  "urn:connector:cognito:2.0:Group:precedence",
  "toString",
  "hasOwnProperty",
  "length",
  "",
  "a[",
  "]",
  "é😀",
] as const;

const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...NAMES) },
  fc.string({ unit: "binary", maxLength: 12 }),
);

const scalar = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    "",
    "True",
    "false",
    true,
    false,
    "work",
    "ada@corp.test",
    "+15550100",
    "sales team",
    0,
    -1,
    1e300,
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(name, fc.constantFrom("value", "type", "primary", "$ref", "display")),
      tie("value"),
      {
        maxKeys: 4,
      },
    ),
  ),
}));

const operation = fc.record(
  {
    op: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<JsonValue>("add", "Replace", "REMOVE") }, value),
    path: fc.oneof({ weight: 9, arbitrary: name }, value),
    value,
  },
  { requiredKeys: ["op"] },
);

/** What each write needs, with anything else beside it. */
const bodies = {
  POST: fc.oneof(
    fc.record({ userName: fc.string({ minLength: 1, maxLength: 8 }) }),
    fc.record({ displayName: fc.string({ minLength: 1, maxLength: 8 }) }),
  ),
  PUT: fc.constantFrom({ userName: "ada", displayName: "all" }),
  PATCH: fc.record({
    schemas: fc.constant(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]),
    Operations: fc.oneof(
      { weight: 9, arbitrary: fc.array(operation, { minLength: 1, maxLength: 4 }) },
      value,
    ),
  }),
} as const;

const random = fc.oneof({ weight: 9, arbitrary: fc.dictionary(name, value, { maxKeys: 4 }) }, value);

const term = fc
  .tuple(name, fc.constantFrom("eq", "NE", "co", "sw", "pr", "gt", "le", "zz"), scalar)
  .map(
    ([path, operator, literal]) => `${path} ${operator} ${operator === "pr" ? "" : JSON.stringify(literal)}`,
  );
const filter = fc.oneof(
  term,
  fc
    .tuple(term, fc.constantFrom(" and ", " or ", " AND not ", ") or ("), term)
    .map((parts) => parts.join("")),
  term.map((one) => `not (${one})`),
  fc.string({ unit: "binary", maxLength: 30 }),
);

const query = fc
  .dictionary(
    fc.constantFrom(
      "filter",
      "sortBy",
      "sortOrder",
      "startIndex",
      "count",
      "cursor",
      "attributes",
      "excludedAttributes",
      "x",
    ),
    fc.oneof(filter, name, fc.constantFrom("1", "-5", "99999999999999999999", "ascending", "descending", "")),
    { maxKeys: 3 },
  )
  .map((parameters) => new URLSearchParams(parameters).toString());

const odd = fc
  .tuple(
    fc.constantFrom("Users", "Groups", "Schemas", "x", ""),
    fc.string({ unit: "binary", maxLength: 10 }).map((id) => encodeURIComponent(id.toWellFormed())),
  )
  .map((parts) => parts.join("/"));

const read = fc.record({
  method: fc.constant("GET" as const),
  path: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom("Users", "Groups", "Users/person", "Groups/YWxs", "Schemas") },
    odd,
  ),
  query,
});

const search = fc.record({
  method: fc.constant("POST" as const),
  path: fc.constantFrom("Users/.search", "Groups/.search", ".search"),
  payload: fc.dictionary(
    fc.constantFrom("filter", "sortBy", "startIndex", "count", "cursor", "attributes", "excludedAttributes"),
    fc.oneof(filter, name, value),
    { maxKeys: 3 },
  ),
});

const write = fc.constantFrom("POST", "PUT", "PATCH").chain((method) =>
  fc.record({
    method: fc.constant(method),
    path: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.constantFrom(
          ...(method === "POST" ? ["Users", "Groups", "Bulk"] : ["Users/person", "Groups/YWxs"]),
        ),
      },
      odd,
    ),
    payload: fc
      .tuple(bodies[method], random)
      .map(([needed, more]) => (isObjectValue(more) ? { ...more, ...needed } : more)),
    query,
  }),
);

const remove = fc.record({ method: fc.constant("DELETE" as const), path: odd });

const request: fc.Arbitrary<RandomRequest> = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 3, arbitrary: read },
  { weight: 2, arbitrary: search },
  remove,
);

interface RandomRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: string;
  readonly payload?: JsonValue;
}

describe("any request", () => {
  test("is answered, a wrong one with SCIM's error, and never with 500", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const { service, view, find } = scimStage({
      users: [{ username: "ada", attributes: { email: "ada@corp.test" } }],
      groups: ["all"],
    });
    view.run();
    const [person] = await find("User", 'userName eq "ada"');
    const id = typeof person?.["id"] === "string" ? person["id"] : "";
    const { ask } = scimApp(service, { ratePerSecond: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, query: asked = "", payload }) => {
        const url = `${path.replace("person", id)}?${asked}`;
        const text = payload === undefined ? undefined : JSON.stringify(payload);
        const { status, body } = await ask({ method, url, payload: text });
        expect(status).not.toBe(500);
        const failure = { status: String(status), detail: expect.any(String) };
        expect(body).toMatchObject(status < 400 ? {} : failure);
      }),
      { seed, numRuns: RUNS },
    );
    expect(await ask({ url: `Users/${id}` })).toMatchObject({ status: 200 });
  });
});
