import { describe, expect, test } from "vitest";
import { person } from "../../../test/cognito/definitions.ts";
import { createMemoryScimRecords } from "../../../test/support/memory-scim-records.ts";
import { oktaUser } from "../../../test/support/scim-clients.ts";
import {
  idOf,
  listOf,
  resourcesIn,
  scimCall,
  scimRefusal,
  scimStage,
} from "../../../test/support/scim-stage.ts";

const ADA = "ada@corp.test";

describe("a person whom somebody else has made", () => {
  const users = [
    person(1, { username: "Ann.Lee", attributes: { email: "Ann.Lee@corp.test", name: "Ann Lee" } }),
    person(2, { username: "bob", attributes: { email: "bob@corp.test", name: "Bob" } }),
  ];

  test.for([
    ['userName eq "Ann.Lee"', "Ann.Lee"],
    ['userName eq "BOB"', "bob"],
    ['emails.value eq "ann.lee@CORP.test"', "Ann.Lee"],
    ['emails[type eq "work" and value eq "bob@corp.test"]', "bob"],
    ['displayName eq "Ann Lee"', "Ann.Lee"],
    ['userName eq "bob" and active eq true', "bob"],
  ])("is found before a run: %s", async ([filter = "", userName]) => {
    const { find } = scimStage({ users });
    expect(await find("User", filter)).toMatchObject([{ userName }]);
  });

  test("and in any letter case after a run", async () => {
    const { find, view } = scimStage({ users });
    const mixed = 'userName eq "aNN.LEE"';
    expect(await find("User", mixed)).toEqual([]);
    view.run();
    expect(await find("User", mixed)).toMatchObject([{ userName: "Ann.Lee" }]);
  });

  test("a name that the newest run still has, and the pool has no longer, is not found", async () => {
    const { find, view, stage } = scimStage({ users });
    view.run();
    stage.pool.deleteUser("bob");
    expect(await find("User", 'userName eq "bob"')).toEqual([]);
  });

  test("values that no filter of Cognito can contain are found through the run", async () => {
    const odd = [person(3, { username: 'a\\"b', attributes: {} })];
    const { find, view } = scimStage({ users: odd });
    const filter = `userName eq ${JSON.stringify('a\\"b')}`;
    expect(await find("User", filter)).toEqual([]);
    view.run();
    expect(await find("User", filter)).toMatchObject([{ userName: 'a\\"b' }]);
  });

  test("inactive people are found", async () => {
    const { find } = scimStage({ users: [person(1, { username: "ann", enabled: false })] });
    expect(await find("User", 'userName eq "ann"')).toMatchObject([{ active: false }]);
  });
});

test.for([
  ["a username", {}, "ada", ["username"]],
  ["a username in mixed case", {}, "Ada@corp.test", ["username", "username"]],
  ["an e-mail address", { usernameAttributes: ["email"] }, "Ada@corp.test", ["email"]],
  ["a phone number", { usernameAttributes: ["phone_number"] }, "+15551230001", ["phone_number"]],
  ["an e-mail alias", { aliasAttributes: ["email"] }, "ada@corp.test", ["email"]],
  ["a username beside an alias", { aliasAttributes: ["email"] }, "ada", ["username"]],
  ["no address where people sign in by one", { usernameAttributes: ["email"] }, "ada", []],
] as const)("%s is looked for by no search that cannot find it", async ([, pool, name, searched]) => {
  const { find, stage } = scimStage(pool);
  await find("User", `userName eq "${name}"`);
  const filters = stage.cognito.stats.calls.flatMap(({ operation, input }) =>
    operation === "ListUsers" ? [String(input?.["Filter"]).split(" ")[0]] : [],
  );
  expect(filters).toEqual(searched);
});

test("a POST does not look again for the person whom its client has just looked for", async () => {
  const { create, find, callsOf, stage } = scimStage();
  const name = "Ada@corp.test";
  expect(await find("User", `userName eq "${name}"`)).toEqual([]);
  const calls = await callsOf(() => create("User", oktaUser(name)));
  expect(calls).toEqual(["DescribeUserPool", "AdminGetUser", "AdminCreateUser"]);
  // Somebody else makes one between the two.
  await find("User", 'userName eq "bob"');
  stage.pool.addUser({ username: "bob" });
  const refused = await scimRefusal(create("User", oktaUser("bob")));
  expect(refused).toMatchObject({ status: 409, scimType: "uniqueness" });
  expect(await find("User", 'userName eq "bob"')).toMatchObject([{ userName: "bob" }]);
});

test("a change does not search again for the user who has just been read", async () => {
  const { callsOf, patch, create, get, stage } = scimStage({ users: [person(1, { username: "ann" })] });
  const ann = idOf(await get("User", "ann"));
  const group = idOf(await create("Group", { displayName: "ops" }));
  stage.clock.advance(20 * 60_000);
  const quiet = { projection: { excludedAttributes: ["members", "groups"] } };
  const add = [{ op: "add", path: "members", value: [{ value: ann }] }];
  const off = [{ op: "replace", path: "active", value: false }];
  const calls = await callsOf(async () => {
    await patch("Group", group, add, quiet);
    await patch("User", ann, off, quiet);
  });
  expect(calls.filter((name) => name === "ListUsers")).toHaveLength(2);
});

test("after the file of kept values is lost, people are found by userName, and without their externalId", async () => {
  const { create, restarted, stage } = scimStage();
  const id = idOf(await create("User", oktaUser("ada@corp.test", { externalId: "e1" })));
  const { service } = restarted({ records: createMemoryScimRecords(() => stage.clock.now()) });
  const found = async (filter: string) =>
    resourcesIn((await service.list(listOf("User", filter), scimCall())).resources);
  const [ada, ...others] = await found('userName eq "ADA@corp.test"');
  expect([ada?.["id"], ada?.["externalId"], others]).toEqual([id, undefined, []]);
  expect(await found('externalId eq "e1"')).toEqual([]);
});

describe("own writes", () => {
  test("of a user who was made again by somebody else do not show beside the new one", async () => {
    const { stage, create, find } = scimStage();
    await create("User", { ...oktaUser("ann"), nickName: "Old" });
    stage.pool.deleteUser("ann");
    stage.clock.advance(2000);
    stage.pool.addUser(person(1, { username: "ann", attributes: { nickname: "New" } }));
    expect(await find("User", 'userName eq "ann"')).toMatchObject([{ nickName: "New" }]);
  });

  test("are found while the listings of Cognito do not show them", async () => {
    const lagging = { consistency: { createdUnlisted: { ms: 10_000 }, deletedListed: { ms: 10_000 } } };
    const { create, get, find, patch, remove } = scimStage(lagging);
    const made = await create("User", oktaUser(ADA));
    const id = idOf(made);
    expect(await find("User", `userName eq "${ADA}"`)).toMatchObject([{ id }]);
    expect(await find("User", `userName eq "${ADA.toUpperCase()}"`)).toMatchObject([{ id }]);
    expect(await get("User", id)).toMatchObject({ id });
    expect(await scimRefusal(create("User", oktaUser(ADA)))).toMatchObject({ status: 409 });
    await patch("User", id, [{ op: "replace", path: "nickName", value: "Addie" }]);
    expect(await get("User", id)).toMatchObject({ nickName: "Addie" });
    await remove("User", id);
    expect(await scimRefusal(get("User", id))).toMatchObject({ status: 404 });
    expect(await find("User", `userName eq "${ADA}"`)).toEqual([]);
    await create("User", oktaUser(ADA));
  });
});

test("a setting that does not fit the pool is our own trouble, and not the fault of the request", async () => {
  const { find } = scimStage({}, { settings: { externalIdAttribute: "custom:none" } });
  const refused = await scimRefusal(find("User", 'userName eq "ada"'));
  expect(refused).toMatchObject({ status: 500, scimType: undefined });
  expect(refused.cause).toMatchObject({ code: "invalid-argument" });
});

describe("a list", () => {
  const users = [1, 2, 3, 4, 5].map((n) =>
    person(n, { username: `user${n}`, attributes: { name: "Same Name", email: `u${n}@corp.test` } }),
  );

  test("of an equality that several people have is paged and sorted", async () => {
    const { service } = scimStage({ users });
    const filter = 'displayName eq "Same Name"';
    const names: unknown[] = [];
    for (const startIndex of [1, 3, 5, 7]) {
      const query = listOf("User", filter, { startIndex, count: 2, sortBy: "userName", descending: true });
      const answer = await service.list(query, scimCall());
      expect(answer).toMatchObject({ totalResults: 5, startIndex, readAt: undefined });
      const page = resourcesIn(answer.resources);
      expect(answer.itemsPerPage).toBe(page.length);
      names.push(...page.map(({ userName }) => userName));
    }
    expect(names).toEqual(["user5", "user4", "user3", "user2", "user1"]);
    const none = await service.list(listOf("User", filter, { count: 0 }), scimCall());
    expect(none).toMatchObject({ totalResults: 5, itemsPerPage: 0, resources: "[]" });
    const cursor = { cursor: "", startIndex: undefined };
    const whole = await service.list(listOf("User", filter, { ...cursor, count: 10 }), scimCall());
    expect(whole).toMatchObject({ totalResults: 5, startIndex: undefined, nextCursor: undefined });
  });

  test.for([
    undefined,
    'userName sw "user"',
    'userName eq "user1" or userName eq "user2"',
    'not (userName eq "user1")',
    "active eq true",
    'nickName eq "x"',
    'userName ne "user1"',
  ])("of %s is answered by the newest run", async (filter) => {
    const { service, view, stage } = scimStage({ users });
    const asked = service.list(listOf("User", filter), scimCall());
    expect(await scimRefusal(asked)).toMatchObject({ status: 503, retryAfterSeconds: 5 });
    expect(view.asked).toHaveLength(1);
    expect(view.asked[0]).toMatchObject({ kinds: ["User"], count: 100, caller: "okta" });
    expect(stage.cognito.stats.calls.map(({ operation }) => operation)).toEqual(["DescribeUserPool"]);
  });

  test("of a value that very many have is answered by the newest run, and asks Cognito for none of them", async () => {
    const many = Array.from({ length: 100 }, (_, at) =>
      person(at, { username: `u${at}`, attributes: { name: "Ann" } }),
    );
    const { find, view, callsOf } = scimStage({ users: many });
    expect(await find("User", 'displayName eq "Ann"')).toHaveLength(100);
    view.run();
    const calls = await callsOf(async () => {
      expect(await scimRefusal(find("User", 'displayName eq "Ann"'))).toMatchObject({ status: 503 });
    });
    expect(calls).toEqual([]);
    expect(view.asked).toHaveLength(1);
    const one = await find("User", 'displayName eq "Ann" and userName eq "u7"');
    expect(one).toMatchObject([{ userName: "u7" }]);
  });

  test("of a filter that nobody can read is refused, and never empty", async () => {
    const { service, find } = scimStage({ users });
    for (const filter of ['userName eq "', "userName", 'noSuch eq "x"', 'password eq "x"', ""]) {
      const refused = await scimRefusal(service.list(listOf("User", filter), scimCall()));
      expect(refused).toMatchObject({ status: 400, scimType: "invalidFilter" });
    }
    const both = { projection: { attributes: ["id"], excludedAttributes: ["name"] } };
    expect(await scimRefusal(find("User", 'userName eq "user1"', both))).toMatchObject({ status: 400 });
  });

  test("that Cognito throttles or refuses fails, and is never empty", async () => {
    const { find, stage } = scimStage({ users });
    await find("User", 'userName eq "user1"');
    stage.cognito.script({ operation: "ListUsers", times: 1, error: { name: "TooManyRequestsException" } });
    const throttled = await scimRefusal(find("User", 'userName eq "user1"'));
    expect(throttled).toMatchObject({ status: 429 });
    expect(throttled.retryAfterSeconds).toBeGreaterThan(0);
    stage.cognito.script({ operation: "ListUsers", times: 1, error: { name: "AccessDeniedException" } });
    expect(await scimRefusal(find("User", 'userName eq "user1"'))).toMatchObject({ status: 500 });
  });
});
