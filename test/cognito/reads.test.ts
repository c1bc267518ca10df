import {
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  DescribeUserPoolCommand,
  GetGroupCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { clientOf, post } from "./client.ts";
import { federatedPerson, linkedPerson, people, person } from "./definitions.ts";
import { createPool, type Pool } from "./pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./server.ts";

const UserPoolId = "us-east-1_Ab129faBb";
let pool: Pool;
let server: ScriptedCognito;
let clockMs = Date.UTC(2026, 10, 21);

beforeEach(async () => {
  pool = createPool({
    id: UserPoolId,
    groups: [
      {
        name: "admins",
        precedence: 0,
        roleArn: "arn:aws:iam::123456789012:role/admins",
        description: "All of it",
      },
      "readers",
      "empty",
    ],
    users: [
      ...people(130, (index) => ({
        ...(index < 70 ? { groups: ["readers"] } : {}),
        createdAt: "2023-05-02T03:03:49.578Z",
      })),
      federatedPerson(500),
      ...linkedPerson(501, "Okta"),
      person(600, {
        username: "zoë",
        status: "SOMETHING_NEW",
        enabled: false,
        groups: ["admins", "readers"],
      }),
    ],
  });
  server = await startScriptedCognito({ pools: [pool], clock: () => clockMs });
});

afterEach(async () => {
  await server.close();
});

async function chain(filter?: string, limit?: number): Promise<string[][]> {
  const pages: string[][] = [];
  let PaginationToken: string | undefined;
  do {
    const page = await clientOf(server).send(
      new ListUsersCommand({ UserPoolId, PaginationToken, Filter: filter, Limit: limit }),
    );
    pages.push((page.Users ?? []).map((user) => user.Username ?? ""));
    PaginationToken = page.PaginationToken;
  } while (PaginationToken !== undefined);
  return pages;
}

describe("ListUsers", () => {
  test("returns every user once, in pages of 60", async () => {
    const pages = await chain();
    expect(pages.map((page) => page.length)).toEqual([60, 60, 14]);
    expect(new Set(pages.flat()).size).toBe(134);
    expect(server.stats.count("ListUsers")).toBe(3);
  });

  test("gives no token when the last page is exactly full", async () => {
    expect((await chain('status = "Enabled"', 19)).map((page) => page.length)).toEqual([
      19, 19, 19, 19, 19, 19, 19,
    ]);
  });

  test("ignores NextToken, which is not a member of it", async () => {
    const first = await clientOf(server).send(new ListUsersCommand({ UserPoolId }));
    const body = JSON.stringify({ UserPoolId, NextToken: first.PaginationToken });
    const again = await (await post(server, "ListUsers", body)).text();
    expect(again).toContain(`{"Users":[{"Username":"${pool.allUsers()[0]?.username}"`);
  });

  test("sends dates as epoch seconds with fraction", async () => {
    const page: unknown = await (
      await post(server, "ListUsers", JSON.stringify({ UserPoolId, Limit: 1 }))
    ).json();
    expect(page).toMatchObject({ Users: [{ UserCreateDate: 1682996629.578 }] });
  });

  test("refuses AttributesToGet as soon as one user lacks the attribute", async () => {
    pool.addUser({ username: "bare" });
    const all = (filter: string): Promise<unknown> =>
      clientOf(server).send(
        new ListUsersCommand({ UserPoolId, AttributesToGet: ["email", "sub"], Filter: filter }),
      );
    await expect(all('username = "zoë"')).resolves.toMatchObject({ Users: [{ Attributes: [{}, {}] }] });
    await expect(all('username = "bare"')).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Input fails to satisfy the constraints.",
    });
  });

  test("finds no user by an alias; every other operation does", async () => {
    const email = pool.stored("zoë")?.attributes.get("email");
    expect(await chain(`username = "${email}"`)).toEqual([[]]);
    expect(await chain(`email = "${email}"`)).toEqual([["zoë"]]);
  });

  test("passes an unknown status and a federated user's identities through", async () => {
    const page = await clientOf(server).send(
      new ListUsersCommand({ UserPoolId, Filter: 'status = "Disabled"' }),
    );
    expect(page.Users).toMatchObject([{ Username: "zoë", Enabled: false, UserStatus: "SOMETHING_NEW" }]);
    const google = await clientOf(server).send(
      new ListUsersCommand({ UserPoolId, Filter: 'cognito:user_status = "external_provider"' }),
    );
    expect(google.Users).toHaveLength(2);
    const text = google.Users?.[0]?.Attributes?.find((one) => one.Name === "identities")?.Value ?? "";
    expect(text).toMatch(/"providerName":"Google",.*"dateCreated":\d{13}\}/u);
  });
});

describe("the other reads", () => {
  test("ListGroups lists the automatic provider groups too, and leaves absent members out", async () => {
    const { Groups } = await clientOf(server).send(new ListGroupsCommand({ UserPoolId }));
    expect(Groups?.map((group) => group.GroupName)).toEqual([
      "admins",
      "readers",
      "empty",
      `${UserPoolId}_Google`,
      `${UserPoolId}_Okta`,
    ]);
    expect(Groups?.[0]).toMatchObject({ Precedence: 0, RoleArn: "arn:aws:iam::123456789012:role/admins" });
    expect(Groups?.[1]).not.toHaveProperty("Precedence");
  });

  test("ListUsersInGroup pages by NextToken", async () => {
    const client = clientOf(server);
    const first = await client.send(
      new ListUsersInGroupCommand({ UserPoolId, GroupName: "readers", Limit: 60 }),
    );
    const rest = await client.send(
      new ListUsersInGroupCommand({ UserPoolId, GroupName: "readers", NextToken: first.NextToken }),
    );
    expect([first.Users?.length, rest.Users?.length, rest.NextToken]).toEqual([60, 11, undefined]);
    const none = await client.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: "empty" }));
    expect(none).toMatchObject({ Users: [] });
  });

  test("AdminGetUser and AdminListGroupsForUser take username or sub", async () => {
    const client = clientOf(server);
    const Username = pool.stored("zoë")?.sub ?? "";
    const user = await client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(user).toMatchObject({ Username: "zoë", UserStatus: "SOMETHING_NEW" });
    expect(user.UserAttributes).toContainEqual({ Name: "sub", Value: Username });
    const { Groups } = await client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }));
    expect(Groups?.map((group) => group.GroupName)).toEqual(["admins", "readers"]);
  });

  test("GetGroup and DescribeUserPool answer in full", async () => {
    const client = clientOf(server);
    const { Group } = await client.send(new GetGroupCommand({ UserPoolId, GroupName: "admins" }));
    expect(Group).toMatchObject({ GroupName: "admins", UserPoolId, Description: "All of it" });
    const { UserPool } = await client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool).toMatchObject({
      Id: UserPoolId,
      Arn: `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${UserPoolId}`,
      EstimatedNumberOfUsers: 134,
      Policies: { PasswordPolicy: { MinimumLength: 8 } },
    });
  });

  test("a missing pool and a missing group share the name of their error, not its text", async () => {
    const client = clientOf(server);
    const noPool = client.send(new ListGroupsCommand({ UserPoolId: "us-east-1_Nowhere00" }));
    await expect(noPool).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "User pool us-east-1_Nowhere00 does not exist.",
    });
    const noGroup = client.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: "gone" }));
    await expect(noGroup).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Group not found.",
    });
    const noUser = client.send(new AdminGetUserCommand({ UserPoolId, Username: "nobody" }));
    await expect(noUser).rejects.toMatchObject({ name: "UserNotFoundException" });
  });
});

describe("paging markers", () => {
  const marker = (): Promise<{ PaginationToken?: string | undefined }> =>
    clientOf(server).send(new ListUsersCommand({ UserPoolId, Filter: 'name ^= ""', Limit: 5 }));

  test("are valid for one hour", async () => {
    const { PaginationToken } = await marker();
    const again = (): Promise<unknown> =>
      clientOf(server).send(new ListUsersCommand({ UserPoolId, Filter: 'name ^= ""', PaginationToken }));
    clockMs += 3_600_000;
    await expect(again()).resolves.toBeDefined();
    clockMs += 1;
    await expect(again()).rejects.toThrow(/^Paging marker .* is invalid for request$/u);
  });

  test("are bound to operation, filter and group", async () => {
    const { PaginationToken } = await marker();
    const client = clientOf(server);
    const refused = { name: "InvalidParameterException" };
    await expect(client.send(new ListUsersCommand({ UserPoolId, PaginationToken }))).rejects.toMatchObject(
      refused,
    );
    const groups = client.send(new ListGroupsCommand({ UserPoolId, NextToken: PaginationToken }));
    await expect(groups).rejects.toMatchObject(refused);
    const { NextToken } = await client.send(
      new ListUsersInGroupCommand({ UserPoolId, GroupName: "readers", Limit: 1 }),
    );
    const other = client.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: "admins", NextToken }));
    await expect(other).rejects.toMatchObject(refused);
    const made = client.send(new ListGroupsCommand({ UserPoolId, NextToken: "made-up" }));
    await expect(made).rejects.toMatchObject(refused);
  });

  test("survive the removal of the user they point at, without skip or repeat", async () => {
    const first = await clientOf(server).send(new ListUsersCommand({ UserPoolId, Limit: 60 }));
    const seen = (first.Users ?? []).map((user) => user.Username ?? "");
    for (const name of seen.slice(-2)) pool.deleteUser(name);
    const second = await clientOf(server).send(
      new ListUsersCommand({ UserPoolId, PaginationToken: first.PaginationToken }),
    );
    const third = await clientOf(server).send(
      new ListUsersCommand({ UserPoolId, PaginationToken: second.PaginationToken }),
    );
    seen.push(...[...(second.Users ?? []), ...(third.Users ?? [])].map((user) => user.Username ?? ""));
    expect([seen.length, new Set(seen).size]).toEqual([134, 134]);
  });
});

describe("malformed requests", () => {
  test("a Limit of 61 gets the service's own message", async () => {
    const call = clientOf(server).send(new ListUsersCommand({ UserPoolId, Limit: 61 }));
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "InvalidParameterException",
      message:
        "1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60",
      $metadata: { httpStatusCode: 400, requestId: server.stats.calls.at(-1)?.requestId },
    });
  });

  test("all violations come in one message", async () => {
    const call = clientOf(server).send(new GetGroupCommand({ UserPoolId: "none", GroupName: "Sales Team" }));
    await expect(call).rejects.toThrow(
      /^2 validation errors detected: Value 'none' at 'userPoolId' .*; Value 'Sales Team' at 'groupName' .*\[\\p\{L\}/u,
    );
    const missing = clientOf(server).send(new GetGroupCommand({ UserPoolId, GroupName: undefined }));
    await expect(missing).rejects.toThrow(
      "Value null at 'groupName' failed to satisfy constraint: Member must not be null",
    );
  });

  test.for([
    ["a group name of 128 emoji", "🚀".repeat(128), "Group not found."],
    ["a group name of 129 letters", "a".repeat(129), "Member must have length less than or equal to 128"],
    ["a group name with colon, slash and quotes", `a:b/"c"'d'`, "Group not found."],
  ] as const)("%s", async ([, GroupName, text]) => {
    await expect(clientOf(server).send(new GetGroupCommand({ UserPoolId, GroupName }))).rejects.toThrow(text);
  });

  test.for([
    ["ListUsers", "{", "com.amazon.coral.service#SerializationException"],
    ["ListUsers", `{"UserPoolId":7}`, "com.amazon.coral.service#SerializationException"],
    ["MakeCoffee", "{}", "com.amazon.coral.service#UnknownOperationException"],
  ] as const)("%s with %s", async ([operation, body, type]) => {
    const reply = await post(server, operation, body);
    expect(reply.status).toBe(400);
    expect(reply.headers.get("x-amzn-errortype")).toBe(`${type.split("#")[1]}:`);
    expect(await reply.json()).toMatchObject({ __type: type });
  });
});
