// The answers of listings of users are read as the SDK reads them.
import { once } from "node:events";
import { Readable } from "node:stream";
import {
  CognitoIdentityProviderClient,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openThrottle, STUB_POOL } from "../../../test/support/adapter.ts";
import { type StubBehaviour, startAwsStub, wireUser } from "../../../test/support/aws-stub.ts";
import { createClient } from "./client.ts";
import { collectAnswer, expectBody } from "./listing-answers.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const UserPoolId = STUB_POOL;
const listings = {
  ListUsers: new ListUsersCommand({ UserPoolId }),
  ListUsersInGroup: new ListUsersInGroupCommand({ UserPoolId, GroupName: "g" }),
};

async function outcome(sdk: CognitoIdentityProviderClient, listing: keyof typeof listings): Promise<unknown> {
  try {
    const answer = await (listing === "ListUsers"
      ? sdk.send(listings.ListUsers)
      : sdk.send(listings[listing]));
    const { $metadata, ...members } = answer;
    return { members, status: $metadata.httpStatusCode };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status: unknown = Reflect.get(Object(Reflect.get(error, "$metadata")), "httpStatusCode");
    return { name: error.name, code: Reflect.get(error, "code"), status };
  }
}

async function clients(answer: StubBehaviour) {
  const server = await startAwsStub(() => answer);
  const region = "eu-west-1";
  const plain = new CognitoIdentityProviderClient({
    region,
    endpoint: server.url,
    credentials: keys,
    maxAttempts: 1,
  });
  const ours = createClient(
    {
      poolId: UserPoolId,
      region,
      endpoint: server.url,
      credentials: { kind: "static", ...keys },
      httpTimeoutMs: 30_000,
      throttle: openThrottle(),
    },
    () => Date.now(),
  );
  open.push(server, ours, { close: () => plain.destroy() });
  return { plain, ours: ours.sdk };
}

const body = (answer: unknown): StubBehaviour => ({ body: answer });
const users = [wireUser(1), wireUser(2, { Enabled: false, UserStatus: "NEW_STATUS", MFAOptions: [] })];

const ANSWERS: readonly (readonly [string, StubBehaviour])[] = [
  ["a page with a marker", body({ Users: users, PaginationToken: "p", NextToken: "n" })],
  ["a last page", body({ Users: users })],
  ["a page without users", body({ Users: [], PaginationToken: "p", NextToken: "n" })],
  ["an empty marker", body({ Users: users, PaginationToken: "", NextToken: "" })],
  ["a marker that is null", body({ Users: users, PaginationToken: null, NextToken: null })],
  ["a marker that is a number", body({ Users: users, PaginationToken: 7, NextToken: 7 })],
  ["no list", body({ PaginationToken: "p", NextToken: "n" })],
  ["a list that is null", body({ Users: null })],
  ["a list that is an object", body({ Users: { 0: wireUser(1) } })],
  ["a user that is null", body({ Users: [wireUser(1), null] })],
  ["a user without a date", body({ Users: [wireUser(1, { UserCreateDate: undefined })] })],
  ["a user whose date is null", body({ Users: [wireUser(1, { UserLastModifiedDate: null })] })],
  [
    "a user whose date is a text of a number",
    body({ Users: [wireUser(1, { UserCreateDate: "1700000000.123" })] }),
  ],
  ["a user whose date is a text", body({ Users: [wireUser(1, { UserCreateDate: "yesterday" })] })],
  ["a user whose date is far away", body({ Users: [wireUser(1, { UserCreateDate: 1e300 })] })],
  [
    "a user whose date is larger than any number",
    body(JSON.stringify({ Users: users }).replace(/"UserCreateDate":[\d.]+/, '"UserCreateDate":1e400')),
  ],
  ["an answer with a type", body({ __type: "x#ListUsersResponse", Users: users, Other: 1 })],
  ["an answer that is a list", body([users])],
  ["an answer that is null", body("null")],
  ["an answer without a body", body("")],
  ["an answer that is not JSON", body("<html>")],
  ["an answer that ends too early", { half: '{"Users":[' }],
  ["a refusal", { status: 400, body: { __type: "ResourceNotFoundException", message: "none" } }],
  ["a refusal that holds users", { status: 400, body: { __type: "LimitExceededException", Users: users } }],
  [
    "a refusal that looks like a page",
    { status: 400, body: { code: "LimitExceededException", Users: users } },
  ],
  ["a failure that is not JSON", { status: 503, body: "<html>" }],
];

/** Undefined where it is null: the SDK leaves it out. */
function memberOf(user: object | undefined, name: string): unknown {
  const value: unknown = Reflect.get(Object(user), name);
  return value ?? undefined;
}

/** What the SDK does not know is not read by anybody. */
const KNOWN = [
  "Username",
  "Attributes",
  "UserCreateDate",
  "UserLastModifiedDate",
  "Enabled",
  "UserStatus",
  "MFAOptions",
];

describe("the answer of a listing of users", () => {
  test.for(
    ANSWERS.flatMap(([is, answer]) => [
      ["ListUsers", is, answer] as const,
      ["ListUsersInGroup", is, answer] as const,
    ]),
  )("of %s is read as the SDK reads it: %s", async ([listing, , answer]) => {
    const { plain, ours } = await clients(answer);
    expect(await outcome(ours, listing)).toEqual(await outcome(plain, listing));
  });

  test("members that are null or unknown do no harm", async () => {
    const odd = { ...wireUser(1), UserStatus: null, Unknown: 1, __proto__: null };
    const { plain, ours } = await clients(body({ Users: [odd], PaginationToken: "p", Unknown: 2 }));
    const [mine, theirs] = [await ours.send(listings.ListUsers), await plain.send(listings.ListUsers)];
    expect(Object.keys(mine).toSorted()).toEqual(Object.keys(theirs).toSorted());
    const seen = (user: object | undefined): unknown[] => KNOWN.map((name) => memberOf(user, name));
    expect(seen(mine.Users?.[0])).toEqual(seen(theirs.Users?.[0]));
  });

  test("that is given up is a failure, also where its body ends without one", async () => {
    const given = new Readable({ read: () => {} });
    expectBody(given, "host");
    const collected = collectAnswer(given);
    given.destroy();
    await expect(collected).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("that is long is parsed in a turn of its own, and not while it waits for it", async () => {
    const begin: (() => void)[] = [];
    const turns = { next: () => new Promise<void>((resolve) => begin.push(resolve)) };
    const collected = async (text: string) => {
      const given = Readable.from([Buffer.from(text)]);
      expectBody(given, "host", turns);
      return String(await collectAnswer(given));
    };
    expect(await collected("short")).toBe("short");
    expect(begin).toHaveLength(0);
    const long = "x".repeat(10_000);
    let isRead = false;
    const reading = collected(long).finally(() => void (isRead = true));
    await vi.waitFor(() => expect(begin).toHaveLength(1));
    expect(isRead).toBe(false);
    begin[0]?.();
    expect(await reading).toBe(long);
  });

  test("of another listing is left to the SDK", async () => {
    const { plain, ours } = await clients(
      body({ Groups: [{ GroupName: "g", CreationDate: 1_700_000_000.5 }] }),
    );
    const groups = new ListGroupsCommand({ UserPoolId });
    expect((await ours.send(groups)).Groups).toEqual((await plain.send(groups)).Groups);
  });

  test("that was cut off before it is read fails at once, and not at the end of its time", async () => {
    const cut = new Readable({ read: () => {} });
    expectBody(cut, "host");
    cut.push('{"Users":[');
    cut.destroy();
    await once(cut, "close");
    await expect(collectAnswer(cut)).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
