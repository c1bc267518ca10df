import { describe, expect, test } from "vitest";
import { timed } from "../../../test/support/cpu-time.ts";
import { ENTERPRISE_URN, type JsonObject, USER_URN } from "../resource.ts";
import { conjunctionOf, equalityOf } from "./equality.ts";
import { matches } from "./evaluate.ts";
import { parseFilter } from "./filter.ts";
import { GROUP_SCHEMAS, USER_SCHEMAS } from "./schemas.fixture.ts";

const COGNITO = "urn:connector:cognito:2.0:User";

const ADA: JsonObject = {
  schemas: [USER_URN],
  id: "u-1",
  externalId: "00U1",
  userName: "Ada+1@Corp.test",
  name: { givenName: "Ada", familyName: "O'Brien", formatted: 'Ada "the boss" O\'Brien' },
  active: true,
  emails: [
    { value: "ada@corp.test", type: "work", primary: true },
    { value: "ada@home.test", type: "home" },
  ],
  profileUrl: "https://h.test/Ada",
  meta: { resourceType: "User", created: "2026-01-02T03:04:05Z" },
  [ENTERPRISE_URN]: { employeeNumber: "007", manager: { value: "m-1" } },
  [COGNITO]: { level: 7, tags: ["Red", "blue"], hiredAt: "2020-05-13T04:42:34+02:00" },
};

const USERS = [USER_SCHEMAS];

function holds(text: string, resource = ADA): boolean {
  return matches(parseFilter(text, USERS), resource);
}

describe("filters, as clients write them", () => {
  test.for([
    // Every client's first question.
    'userName eq "ada+1@corp.test"',
    'USERNAME EQ "ADA+1@CORP.TEST"',
    "userName eq ada+1@corp.test",
    `${USER_URN}:userName eq "ada+1@corp.test"`,
    `${USER_URN.toLowerCase()}:username eq "ada+1@corp.test"`,
    '  userName   eq\t"ada+1@corp.test"  ',
    'externalId eq "00U1"',
    "externalId eq 00U1",
    'id eq "u-1"',
    'emails eq "ADA@corp.test"',
    'emails.value eq "ada@home.test"',
    'emails[type eq "work"].value eq "ada@corp.test"',
    'emails[type eq "work" and value eq "ada@corp.test"]',
    'emails[primary eq "True"].value eq "ada@corp.test"',
    "emails[primary eq true]",
    'id eq "u-1" and manager eq "m-1"',
    `id eq "u-1" and ${ENTERPRISE_URN}:manager.value eq "m-1"`,
    `${ENTERPRISE_URN}:manager eq m-1`,
    "employeeNumber eq 007",
    'active eq "True"',
    "active eq True",
    "active ne false",
    // The grammar.
    'userName co "CORP" and (active eq false or name.familyName sw "o\'")',
    'not (userName eq "kim")',
    "not(active eq false)AND(userName pr)",
    'name.familyName ew "Brien"',
    "name.familyName eq O'Brien",
    String.raw`name.formatted eq "Ada \"the boss\" O'Brien"`,
    String.raw`userName eq "\u0061da+1@corp.test"`,
    'userName eq "x" or userName eq "y" and active eq true or id eq "u-1"',
    'userName gt "ada" and userName le "ada+1@corp.test"',
    "name pr",
    "emails pr",
    'schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"',
    'schemas eq "URN:ietf:params:scim:schemas:core:2.0:user"',
    'meta.resourceType eq "User"',
    "meta.created gt 2026-01-02T03:04:04Z",
    'meta.created eq "2026-01-02T04:04:05.000+01:00"',
    "meta.created le 2026-01-03",
    'meta.created sw "2026-01"',
    `${COGNITO}:level ge 7`,
    `${COGNITO}:level lt 7.5`,
    'level eq "7"',
    `${COGNITO}:tags eq "red"`,
    `${COGNITO}:tags[value sw "b"]`,
    'hiredAt eq "2020-05-13T02:42:34Z"',
    // What is absent is not equal to anything.
    'displayName ne "x"',
    "displayName eq null",
    "displayName ne Null or userName pr",
    "userName ne null",
    'emails[type ne "work"]',
    'emails.type ne "work"',
  ])("holds: %s", (text) => {
    expect(holds(text)).toBe(true);
  });

  test.for([
    'userName eq "ada"',
    // What is exact: ids, references.
    'externalId eq "00u1"',
    'id eq "U-1"',
    'profileUrl eq "https://h.test/ada"',
    // Two conditions in the brackets are of the same item.
    'emails[type eq "work" and value eq "ada@home.test"]',
    'emails[type eq "work"].value eq "ada@home.test"',
    "displayName pr",
    "displayName ne null",
    "userName eq null",
    'displayName gt "a"',
    'displayName eq "x"',
    "active eq false",
    "not (userName pr)",
    'userName eq "x" or userName eq "y" and active eq true',
    'meta.created lt "2026-01-02T03:04:05Z"',
    `${COGNITO}:tags eq "green"`,
  ])("does not hold: %s", (text) => {
    expect(holds(text)).toBe(false);
  });

  test("two terms of a list may be of two items", () => {
    expect(holds('emails.type eq "work" and emails.value eq "ada@home.test"')).toBe(true);
  });

  test("empty values are no values", () => {
    const empty: JsonObject = { userName: "", emails: [{ value: "" }], name: {}, displayName: null };
    for (const name of ["userName", "emails", "name", "displayName"])
      expect([name, holds(`${name} pr`, empty)]).toEqual([name, false]);
  });

  test("members of a group, by their exact id", () => {
    const group: JsonObject = { id: "g-1", displayName: "Field Ops", members: [{ value: "u-1" }] };
    const asked = (text: string) => matches(parseFilter(text, [GROUP_SCHEMAS]), group);
    expect(asked('id eq "g-1" and members eq "u-1"')).toBe(true);
    expect(asked('members[value eq "u-1"]')).toBe(true);
    expect(asked('members.value eq "U-1"')).toBe(false);
    expect(asked('displayName eq "FIELD OPS"')).toBe(true);
  });

  test("of users and groups together, an attribute of either", () => {
    const filter = parseFilter('displayName eq "x" or members pr', [USER_SCHEMAS, GROUP_SCHEMAS]);
    expect(matches(filter, { members: [{ value: "u-1" }] })).toBe(true);
  });

  test("what every object inherits is not an attribute", () => {
    for (const name of ["__proto__", "constructor", "toString", "name.constructor"])
      expect(() => parseFilter(`${name} pr`, USERS)).toThrow(
        expect.objectContaining({ scimType: "invalidFilter" }),
      );
  });
});

describe("a text that is not a filter is 400 invalidFilter", () => {
  test.for([
    "",
    " ",
    "userName",
    "userName eq",
    "userName is x",
    'userName eq "x',
    String.raw`userName eq "x\"`,
    String.raw`userName eq "\q"`,
    'userName eq "x" id eq "y"',
    'userName eq "x" and',
    'and userName eq "x"',
    '(userName eq "x"',
    'userName eq "x")',
    'emails[type eq "work"',
    'emails[type eq "work")',
    'emails[].value eq "x"',
    'emails[type eq "work"].',
    'emails[type eq "work"].value',
    'emails[type eq "work"].value[x pr].y eq "z"',
    'emails[userName eq "x"]',
    'userName eq "x" not (id pr)',
    "not",
    "not not",
    "eq eq eq",
    "userName eq [1]",
    'userName eq {"a":1}',
    "unknown eq 1",
    "title pr",
    'name eq "x"',
    "name.unknown pr",
    'password eq "x"',
    "password pr",
    "active gt false",
    'active co "t"',
    'active eq "maybe"',
    'level eq "seven"',
    "level co 7",
    "level lt 1e999",
    'meta.created gt "yesterday"',
    "userName gt null",
    "userName[value pr]",
    'urn:unknown:2.0:User:userName eq "x"',
    `${USER_URN} pr`,
    `${USER_URN}: pr`,
    '"userName" eq "x"',
    "\u0000",
  ])("%j", (text) => {
    expect(() => parseFilter(text, USERS)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidFilter" }),
    );
  });

  test("the error does not repeat a value", () => {
    for (const text of ['userName eq "s3cret" x', 'active eq "s3cret"', "userName s3cret x", "s3cret@x y z"])
      expect(() => parseFilter(text, USERS)).toThrow(
        expect.objectContaining({ detail: expect.not.stringContaining("s3cret") }),
      );
  });
});

describe("hostile filters end at once", () => {
  test.for([
    ["line breaks in a text without an end", `userName eq "${"\n".repeat(16_000)}`],
    ["backslashes in a text without an end", `userName eq "${"\\".repeat(16_000)}`],
    ["spaces", `userName${" ".repeat(16_000)}`],
    ["opening brackets", "(".repeat(16_000)],
    ["opening square brackets", "emails[".repeat(2000)],
    ["negations", "not ".repeat(4000)],
    ["negations in brackets", "not(".repeat(4000)],
    ["a thousand conditions", Array.from({ length: 1000 }, () => "id pr").join(" or ")],
    ["a megabyte", `userName eq "${"x".repeat(1_000_000)}"`],
    ["digits", `level eq 1${"1".repeat(15_000)}x`],
    ["a long name", `${"a.".repeat(8000)} pr`],
    ["a long URN", `urn:${":".repeat(16_000)} pr`],
  ])("%s", ([, text = ""]) => {
    const { ms } = timed(() => {
      expect(() => parseFilter(text, USERS)).toThrow(expect.objectContaining({ scimType: "invalidFilter" }));
    });
    expect(ms).toBeLessThan(1000);
  });

  test("200 conditions in 30 brackets are a filter", () => {
    const conditions = Array.from({ length: 200 }, (_, index) => `id eq "u-${index}"`).join(" or ");
    expect(holds(`${"(".repeat(30)}${conditions}${")".repeat(30)}`)).toBe(true);
    const nots = `${"not ".repeat(198)}id eq "u-1"`;
    expect(holds(nots)).toBe(true);
  });
});

describe("what a filter demands", () => {
  test.for([
    ['userName eq "Ada"', { attribute: "userName", value: "Ada" }],
    ["externalId eq 7", { attribute: "externalId", value: "7" }],
    ['(id eq "u")', { attribute: "id", value: "u" }],
    ['emails eq "a@x"', { attribute: "emails.value", value: "a@x" }],
    ['emails.value eq "a@x"', { attribute: "emails.value", value: "a@x" }],
    ['emails[value eq "a@x"]', { attribute: "emails.value", value: "a@x" }],
    ['manager eq "m"', { attribute: `${ENTERPRISE_URN}:manager.value`, value: "m" }],
    ['emails[type eq "work"].value eq "a@x"', undefined],
    ['id eq "u" and manager eq "m"', undefined],
    ['not (id eq "u")', undefined],
    ['id ne "u"', undefined],
    ["active eq true", undefined],
    ["id eq null", undefined],
    ["id pr", undefined],
  ] as const)("the whole of %s", ([text, equality]) => {
    expect(equalityOf(parseFilter(text, USERS))).toEqual(equality);
  });

  test.for([
    ['id eq "u" and manager eq "m"', ["id=u", `${ENTERPRISE_URN}:manager.value=m`]],
    ['emails[type eq "work"].value eq "a@x"', ["emails.type=work", "emails.value=a@x"]],
    ['active eq true and (userName eq "a" and id pr)', ["userName=a"]],
    ['userName eq "a" or id eq "u"', []],
    ['not (id eq "u") and userName eq "a"', ["userName=a"]],
  ] as const)("every match of %s has", ([text, equalities]) => {
    const found = conjunctionOf(parseFilter(text, USERS));
    expect(found.map(({ attribute, value }) => `${attribute}=${value}`)).toEqual(equalities);
  });
});
