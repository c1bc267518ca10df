// Filters, queries and ids that nobody sends by mistake: each is refused with a SCIM error, changes nothing, and another
// caller is answered meanwhile.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostileScim, post, startHostileScim } from "./support/hostile-scim.ts";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

let scim: HostileScim;

beforeAll(async () => {
  scim = await startHostileScim();
}, 180_000);

afterAll(async () => await scim.service.stop());

describe("a filter", () => {
  const clauses = (count: number, operator: string) =>
    Array.from({ length: count }, (_, at) => `nickName eq "${at}"`).join(` ${operator} `);

  test.for([
    ["of a thousand clauses", clauses(1000, "or")],
    [
      "of a thousand clauses in one another",
      `${"(nickName pr and ".repeat(1000)}nickName pr${")".repeat(1000)}`,
    ],
    ["of ten thousand brackets", `${"(".repeat(10_000)}nickName pr${")".repeat(10_000)}`],
    ["of ten thousand negations", `${"not (".repeat(10_000)}nickName pr${")".repeat(10_000)}`],
    ["whose brackets do not end", "((((nickName pr"],
    ["of 500 KiB of spaces", `nickName${" ".repeat(500 * 1024)}pr`],
    ["with a text of 500 KiB", `nickName eq "${"x".repeat(500 * 1024)}"`],
    ["with a text that does not end", 'nickName eq "abc'],
    ["that compares a password", 'password eq "Secret-1234"'],
    ["that is empty", ""],
    ["of white space", " "],
    ["on the prototype", '__proto__ eq "x"'],
  ] as const)("%s is refused", async ([, filter]) => {
    const reply = await scim.refused("/Users/.search", post({ schemas: [SEARCH], filter }));
    expect([400, 403, 413]).toContain(reply.status);
    expect(reply.text).not.toContain("Secret-1234");
  });
});

describe("a query", () => {
  test.for([
    ["startIndex=zwei"],
    ["count=1e9x"],
    ["startIndex=1&startIndex=2x"],
    ["cursor=%00%ff"],
    ["cursor=abc.def"],
    ["cursor=&startIndex=1"],
    ["attributes=userName&excludedAttributes=name"],
    [`attributes=${Array.from({ length: 2000 }, (_, at) => `a${at}`).join(",")}`],
    ["sortBy=password"],
    ["sortOrder=sideways&sortBy=userName"],
    ["filter=%"],
    ["filter=%ff%fe"],
  ])("%s is refused with a SCIM error", async ([query]) => {
    const reply = await fetch(`${scim.service.base}/Users?${query}`, {
      headers: { authorization: "Bearer token-of-the-identity-provider" },
    });
    expect(reply.headers.get("content-type")).toMatch(/^application\/scim\+json/);
    expect(reply.status).toBe(400);
  });

  test("for a thousand million rows gives one page", async () => {
    const { body } = await scim.service.ask("/Users?startIndex=1&count=999999999");
    expect(body).toMatchObject({ totalResults: 20, itemsPerPage: 20 });
  });

  test.for(["startIndex=99999999999999999999", "startIndex=-5&count=-7", "startIndex=1e3", "count=00"])(
    "%s does not end the service",
    async (query) => {
      const { status } = await scim.service.ask(`/Users?${query}`);
      expect([200, 400]).toContain(status);
    },
  );
});

describe("an id", () => {
  test.for([
    "%2e%2e%2fGroups",
    "..%2f..%2fetc%2fpasswd",
    "a%2Fb",
    "%00",
    "%F0%9F%98%80",
    "%22%20or%20%221%22=%221",
    "x".repeat(4000),
    "Group%3A%2F%2F",
  ])("%s is one id, of no one", async (id) => {
    for (const kind of ["Users", "Groups"]) {
      const reply = await scim.refused(`/${kind}/${id}`, {});
      expect(reply.status).toBe(404);
    }
  });

  test.for(["%zz", "%", "%c3", "%ff"])("%s is refused, since it is no text", async (id) => {
    const reply = await scim.refused(`/Users/${id}`, {});
    expect(reply.status).toBe(400);
  });
});
