import { afterEach, describe, expect, test } from "vitest";
import {
  adapterOver,
  instantClock,
  never,
  openThrottle,
  refusal,
  STUB_POOL,
} from "../../test/support/adapter.ts";
import {
  type AwsStub,
  awsError,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
  wireGroup,
  wireUser,
} from "../../test/support/aws-stub.ts";
import type { Page } from "../core/page.ts";
import type { CognitoOptions } from "./options.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function over(
  answer: (request: StubRequest) => StubBehaviour,
  options: Partial<CognitoOptions> = {},
): Promise<{ stub: AwsStub; directory: ReturnType<typeof adapterOver> }> {
  const stub = await startAwsStub(answer);
  const directory = adapterOver(stub.url, options);
  open.push(stub, directory);
  return { stub, directory };
}

async function readAll<T>(read: (marker: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let marker: string | undefined;
  do {
    const page = await read(marker);
    items.push(...page.items);
    marker = page.next;
  } while (marker !== undefined);
  return items;
}

describe("listings", () => {
  test("mark 3: ListUsers calls its marker PaginationToken, the others NextToken", async () => {
    const { stub, directory } = await over(({ operation }) =>
      operation === "ListUsers" || operation === "ListUsersInGroup"
        ? { body: { Users: [] } }
        : { body: { Groups: [], AuthEvents: [] } },
    );
    await directory.listUsers({ marker: "m" }, never);
    await directory.listMembers("g", { marker: "m" }, never);
    await directory.listGroups({ marker: "m" }, never);
    await directory.listGroupsOfUser("u", { marker: "m" }, never);
    await directory.listAuthEvents("u", { marker: "m" }, never);
    const common = { UserPoolId: STUB_POOL, Limit: 60 };
    expect(stub.requests.map(({ operation, input }) => [operation, input])).toEqual([
      ["ListUsers", { ...common, PaginationToken: "m" }],
      ["ListUsersInGroup", { ...common, GroupName: "g", NextToken: "m" }],
      ["ListGroups", { ...common, NextToken: "m" }],
      ["AdminListGroupsForUser", { ...common, Username: "u", NextToken: "m" }],
      ["AdminListUserAuthEvents", { UserPoolId: STUB_POOL, MaxResults: 60, Username: "u", NextToken: "m" }],
    ]);
  });

  test("mark 5, mark 6, mark 10: the first page sends Limit 60 and nothing else, also the second time round", async () => {
    const { stub, directory } = await over(({ input }) => ({
      body: input["PaginationToken"] === undefined ? { Users: [], PaginationToken: "m" } : { Users: [] },
    }));
    for (let round = 0; round < 2; round += 1) {
      await readAll((marker) => directory.listUsers({ marker, limit: 1000 }, never));
    }
    const first = { UserPoolId: STUB_POOL, Limit: 60 };
    expect(stub.requests.map(({ input }) => input)).toEqual([
      first,
      { ...first, PaginationToken: "m" },
      first,
      { ...first, PaginationToken: "m" },
    ]);
  });

  test("mark 1, mark 2: goes on over short and empty pages until there is no marker", async () => {
    const pages = [[1, 2, 3], [], [], [], [4], [], [5]];
    const { stub, directory } = await over(({ number }) => ({
      body: {
        Users: (pages[number - 1] ?? []).map((each) => wireUser(each)),
        ...(number < pages.length ? { PaginationToken: `m${number}` } : {}),
      },
    }));
    const users = await readAll((marker) => directory.listUsers({ marker }, never));
    expect(users.map(({ username }) => username)).toEqual([1, 2, 3, 4, 5].map((each) => `user-${each}`));
    expect(stub.requests).toHaveLength(7);
  });

  test.for(["listUsers", "listGroups", "listMembers", "listGroupsOfUser", "listAuthEvents"] as const)(
    "mark 4: %s stops when the same marker comes twice",
    async (method) => {
      const same = { PaginationToken: "same", NextToken: "same", Users: [], Groups: [], AuthEvents: [] };
      const { stub, directory } = await over(() => ({ body: same }));
      const read = {
        listUsers: (marker: string | undefined) => directory.listUsers({ marker }, never),
        listGroups: (marker: string | undefined) => directory.listGroups({ marker }, never),
        listMembers: (marker: string | undefined) => directory.listMembers("g", { marker }, never),
        listGroupsOfUser: (marker: string | undefined) => directory.listGroupsOfUser("u", { marker }, never),
        listAuthEvents: (marker: string | undefined) => directory.listAuthEvents("u", { marker }, never),
      }[method];
      const error = await refusal(readAll<unknown>(read));
      expect(error.code).toBe("internal");
      expect(stub.requests).toHaveLength(2);
    },
  );

  test("mark 16: reads groups 61 to 100 of a user on the second page", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `group-${index}`);
    const { directory } = await over(({ input }) => {
      const from = Number(input["NextToken"] ?? 0);
      const to = from + 60;
      return {
        body: {
          Groups: names.slice(from, to).map((name) => wireGroup(name)),
          ...(to < names.length ? { NextToken: String(to) } : {}),
        },
      };
    });
    const groups = await readAll((marker) => directory.listGroupsOfUser("ann", { marker }, never));
    expect(groups.map(({ name }) => name)).toEqual(names);
  });

  test("mark 7: a marker that AWS no longer accepts has a reason of its own", async () => {
    const { directory } = await over(() => awsError("InvalidParameterException", "Paging marker is invalid"));
    expect(await refusal(directory.listUsers({ marker: "old" }, never))).toMatchObject({
      reason: "marker-refused",
    });
    expect((await refusal(directory.listUsers({}, never))).reason).toBe("request-refused");
  });

  test("mark 52: dates come as epoch seconds with a fraction, in either notation", async () => {
    const text = JSON.stringify({ Users: [wireUser(1)] })
      .replace("1682955829.578", "1.682955829578E9")
      .replace("1682955830.5", "1682955830.123");
    const { directory } = await over(() => ({ body: text }));
    const [user] = (await directory.listUsers({}, never)).items;
    expect(user?.createdAt.toISOString()).toBe("2023-05-01T15:43:49.578Z");
    expect(user?.modifiedAt.toISOString()).toBe("2023-05-01T15:43:50.123Z");
  });

  test("a text outside ASCII comes through whole, however the body is cut into packets", async () => {
    const name = "Zoë 🙂 安娜".repeat(40_000);
    const { directory } = await over(() => ({
      body: {
        Users: [
          wireUser(1, {
            Attributes: [
              { Name: "sub", Value: "s" },
              { Name: "name", Value: name },
            ],
          }),
        ],
      },
    }));
    const [user] = (await directory.listUsers({}, never)).items;
    expect(user?.attributes.get("name")).toBe(name);
  });

  test("listings take the turns of a sync, the facts of one user those of the background, the others those of a read", async () => {
    const throttle = openThrottle();
    const { directory } = await over(
      ({ operation }) => {
        if (operation === "DescribeUserPool") return { body: { UserPool: {} } };
        if (operation === "AdminGetUser") {
          return { body: { ...wireUser(1), UserAttributes: [{ Name: "sub", Value: "s" }] } };
        }
        return { body: { Users: [], Groups: [], AuthEvents: [], Group: wireGroup("g") } };
      },
      { throttle },
    );
    await directory.listUsers({}, never);
    await directory.listMembers("g", {}, never);
    await directory.listGroups({}, never);
    await directory.findUsers("email", "a@b", never);
    await directory.getUser("u", never);
    await directory.getGroup("g", never);
    await directory.listGroupsOfUser("u", {}, never);
    await directory.describePool(never);
    await directory.readDetails("u", never);
    await directory.listAuthEvents("u", {}, never);
    await directory.usernameOf("s", never);
    expect(throttle.turns.map(({ operation, priority }) => `${operation} ${priority}`)).toEqual([
      "ListUsers sync",
      "ListUsersInGroup sync",
      "ListGroups sync",
      "ListUsers read",
      "AdminGetUser read",
      "GetGroup read",
      "AdminListGroupsForUser read",
      "DescribeUserPool read",
      "AdminGetUser background",
      "AdminListUserAuthEvents background",
      "ListUsers background",
    ]);
  });

  test("listings say to the limiter how many calls come after", async () => {
    const throttle = openThrottle();
    const { directory } = await over(() => ({ body: { Users: [] } }), { throttle });
    const page = { callsAfter: 7 };
    await directory.listUsers(page, never);
    await directory.listMembers("staff", page, never);
    expect(throttle.turns.map(({ callsAfter }) => callsAfter)).toEqual([7, 7]);
  });

  test("pages that nobody asked for take the turns of the background, and say when they have one", async () => {
    const throttle = openThrottle();
    const { directory } = await over(() => ({ body: { Users: [], Groups: [] } }), { throttle });
    const said: string[] = [];
    const ahead = {
      sent: () => void said.push(`sent after ${throttle.turns.length} turns`),
      failed: () => void said.push("failed"),
    };
    await directory.listUsers({ ahead }, never);
    await directory.listMembers("g", { ahead }, never);
    await directory.listGroups({ ahead }, never);
    expect(throttle.turns.map(({ operation, priority }) => `${operation} ${priority}`)).toEqual([
      "ListUsers background",
      "ListUsersInGroup background",
      "ListGroups background",
    ]);
    expect(said).toEqual(["sent after 1 turns", "sent after 2 turns", "sent after 3 turns"]);
  });
});

describe("findUsers", () => {
  test("mark 13, mark 14: reads every page and keeps only those that are really equal", async () => {
    const people = [
      ["ann@example.com", "Ann"],
      ["annabel@example.com", "Annabel"],
      ["Ann@Example.com", "Other"],
    ] as const;
    const { stub, directory } = await over(({ number }) => {
      const [email, name] = people[number - 1] ?? ["", ""];
      const Attributes = [
        { Name: "sub", Value: `s-${number}` },
        { Name: "email", Value: email },
        { Name: "name", Value: name },
      ];
      return {
        body: {
          Users: [wireUser(number, { Attributes })],
          ...(number < 3 ? { PaginationToken: `m${number}` } : {}),
        },
      };
    });
    const found = await directory.findUsers("email", "ann@example.com", never);
    expect(found.map(({ sub }) => sub)).toEqual(["s-1", "s-3"]);
    expect(stub.requests.map(({ input }) => input["Filter"])).toEqual(
      Array.from({ length: 3 }, () => 'email = "ann@example.com"'),
    );
  });

  test("mark 13: a username is compared by its own case", async () => {
    const { directory } = await over(() => ({
      body: { Users: [wireUser(1, { Username: "ANN" }), wireUser(2, { Username: "Ann" })] },
    }));
    const found = await directory.findUsers("username", "Ann", never);
    expect(found.map(({ username }) => username)).toEqual(["Ann"]);
  });

  test("mark 11: what no filter can carry is refused before any call", async () => {
    const { stub, directory } = await over(() => ({}));
    expect((await refusal(directory.findUsers("username", "a\\b", never))).code).toBe("invalid-argument");
    expect(stub.requests).toHaveLength(0);
  });

  test("mark 4: markers in a circle end the search with an error", async () => {
    const { stub, directory } = await over(({ number }) =>
      number > 20
        ? awsError("AccessDeniedException")
        : { body: { Users: [], PaginationToken: number % 2 === 0 ? "even" : "odd" } },
    );
    expect((await refusal(directory.findUsers("email", "ann@example.com", never))).code).toBe("internal");
    expect(stub.requests).toHaveLength(3);
  });

  test("mark 4: empty pages with ever new markers end the search with an error", async () => {
    const { stub, directory } = await over(({ number }) =>
      number > 1_200
        ? awsError("AccessDeniedException")
        : { body: { Users: [], PaginationToken: `m${number}` } },
    );
    expect((await refusal(directory.findUsers("email", "ann@example.com", never))).code).toBe("internal");
    expect(stub.requests).toHaveLength(1_000);
  });

  test("a user whom two pages have is found once", async () => {
    const { directory } = await over(({ number }) => ({
      body: { Users: [wireUser(1)], ...(number < 2 ? { PaginationToken: "m" } : {}) },
    }));
    const found = await directory.findUsers("email", "user-1@example.com", never);
    expect(found).toHaveLength(1);
  });

  test("a failed second page fails the whole search", async () => {
    const { directory } = await over(({ number }) =>
      number === 1
        ? { body: { Users: [wireUser(1)], PaginationToken: "m" } }
        : awsError("AccessDeniedException"),
    );
    expect((await refusal(directory.findUsers("email", "user-1@example.com", never))).code).toBe(
      "permission-denied",
    );
  });
});

describe("one of a kind", () => {
  test("getUser and getGroup", async () => {
    const { stub, directory } = await over(({ operation }) =>
      operation === "GetGroup"
        ? { body: { Group: wireGroup("admins", { Precedence: 0, RoleArn: "arn:aws:iam::1:role/x" }) } }
        : {
            body: {
              ...wireUser(1),
              Attributes: undefined,
              UserAttributes: [{ Name: "sub", Value: "s-1" }],
              UserMFASettingList: ["SMS_MFA"],
            },
          },
    );
    expect(await directory.getUser("user-1", never)).toMatchObject({
      sub: "s-1",
      username: "user-1",
      factors: ["SMS_MFA"],
    });
    expect(await directory.getGroup("admins", never)).toMatchObject({ name: "admins", precedence: 0 });
    expect(stub.requests.map(({ input }) => input)).toEqual([
      { UserPoolId: STUB_POOL, Username: "user-1" },
      { UserPoolId: STUB_POOL, GroupName: "admins" },
    ]);
  });

  test.for(["GetGroup", "DescribeUserPool"])(
    "COGNITO-1: %s without its object is malformed",
    async (which) => {
      const { directory } = await over(() => ({ body: {} }));
      const work = which === "GetGroup" ? directory.getGroup("g", never) : directory.describePool(never);
      expect((await refusal(work)).code).toBe("unavailable");
    },
  );

  test("a user that is gone", async () => {
    const { directory } = await over(() => awsError("UserNotFoundException", "User does not exist."));
    const gone = { code: "not-found", reason: "user-gone" };
    expect(await refusal(directory.getUser("ann", never))).toMatchObject(gone);
    expect(await refusal(directory.listGroupsOfUser("ann", {}, never))).toMatchObject(gone);
  });
});

describe("COGNITO-5, D9: a missing group and a missing pool are told apart", () => {
  const missing = awsError("ResourceNotFoundException", "Group not found.");

  async function answering(table: Readonly<Record<string, StubBehaviour>>) {
    const throttle = openThrottle();
    const { stub, directory } = await over(({ operation }) => table[operation] ?? missing, {
      throttle,
      clock: instantClock(),
    });
    const asked = () => stub.requests.map(({ operation }) => operation);
    return { directory, throttle, asked };
  }

  test("the pool is there: only the group is gone", async () => {
    const { directory, throttle, asked } = await answering({ DescribeUserPool: { body: { UserPool: {} } } });
    expect(await refusal(directory.listMembers("g", {}, never))).toMatchObject({
      code: "not-found",
      reason: "group-gone",
    });
    expect(asked()).toEqual(["ListUsersInGroup", "DescribeUserPool"]);
    expect(throttle.turns).toHaveLength(2);
    expect(await refusal(directory.getGroup("g", never))).toMatchObject({ reason: "group-gone" });
  });

  test("the pool is missing too: never NotFound", async () => {
    const { directory } = await answering({});
    expect(await refusal(directory.listMembers("g", {}, never))).toMatchObject({
      code: "failed-precondition",
      reason: "pool-missing",
      message: expect.stringContaining("DescribeUserPool: there is no user pool eu-west-1_Stub00001"),
    });
  });

  test("not allowed to describe the pool: its groups decide", async () => {
    const denied = awsError("AccessDeniedException");
    const there = await answering({ DescribeUserPool: denied, ListGroups: { body: { Groups: [] } } });
    expect(await refusal(there.directory.listMembers("g", {}, never))).toMatchObject({
      reason: "group-gone",
    });
    expect(there.asked()).toEqual(["ListUsersInGroup", "DescribeUserPool", "ListGroups"]);
    const gone = await answering({ DescribeUserPool: denied });
    expect(await refusal(gone.directory.listMembers("g", {}, never))).toMatchObject({
      reason: "pool-missing",
    });
  });

  test("allowed neither: it stays open, and says so", async () => {
    const denied = awsError("AccessDeniedException");
    const { directory } = await answering({ DescribeUserPool: denied, ListGroups: denied });
    expect((await refusal(directory.listMembers("g", {}, never))).code).toBe("permission-denied");
  });

  test("the pool cannot be read now: the error says so", async () => {
    const { directory } = await answering({ DescribeUserPool: awsError("TooManyRequestsException") });
    expect((await refusal(directory.listMembers("g", {}, never))).code).toBe("throttled");
  });

  test.for(["listUsers", "listGroups", "describePool"] as const)(
    "%s says the pool is missing",
    async (method) => {
      const { directory } = await answering({});
      const work = method === "describePool" ? directory.describePool(never) : directory[method]({}, never);
      expect(await refusal(work)).toMatchObject({ code: "failed-precondition", reason: "pool-missing" });
    },
  );
});

test("settings that cannot be combined are rejected before any call", () => {
  expect(() => adapterOver("http://127.0.0.1:1", { fips: true })).toThrow(/cannot be combined with FIPS/);
});
