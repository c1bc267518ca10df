import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  type CognitoIdentityProviderClient,
  ListUsersCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, describe, expect, test } from "vitest";

import { createStage, type Stage } from "./client.ts";
import { person } from "./definitions.ts";
import type { Pool, PoolDefinition } from "./pool.ts";

const UserPoolId = "us-east-1_Ab129faBb";
let stage: Stage;
let client: CognitoIdentityProviderClient;
let pool: Pool;

async function serve(definition: Partial<PoolDefinition> = {}): Promise<void> {
  const lively = { users: [person(1, { username: "zoë" })], groups: ["g"] };
  stage = await createStage({ ...lively, ...definition, id: UserPoolId });
  ({ client, pool } = stage);
}

afterEach(async () => {
  await stage.server.close();
});

const create = (Username: string): Promise<unknown> =>
  client.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: "SUPPRESS" }));

describe("consistency", () => {
  const listed = async (): Promise<(string | undefined)[]> => {
    const { Users } = await client.send(new ListUsersCommand({ UserPoolId }));
    return (Users ?? []).map((user) => user.Username);
  };

  test("a new user is missing from the list for a number of calls, and from reads for a time", async () => {
    await serve({ consistency: { createdUnlisted: { calls: 2 }, createdUnreadable: { ms: 500 } } });
    await create("ali");
    const read = (): Promise<unknown> =>
      client.send(new AdminGetUserCommand({ UserPoolId, Username: "ali" }));
    await expect(read()).rejects.toMatchObject({ name: "UserNotFoundException" });
    stage.clock.ms += 500;
    await expect(read()).resolves.toMatchObject({ Username: "ali" });
    expect([await listed(), await listed(), await listed()]).toEqual([["zoë"], ["zoë"], ["zoë", "ali"]]);
  });

  test("a deleted user stays in the list for a time, and reads do not find it", async () => {
    await serve({ consistency: { deletedListed: { ms: 1_000 } } });
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username: "zoë" }));
    expect(await listed()).toEqual(["zoë"]);
    expect(pool.userCount()).toBe(0);
    await expect(
      client.send(new AdminDeleteUserCommand({ UserPoolId, Username: "zoë" })),
    ).rejects.toMatchObject({ name: "UserNotFoundException" });
    stage.clock.ms += 1_000;
    expect(await listed()).toEqual([]);
  });
});

describe("a replica Region", () => {
  test.for(["writes", "all"] as const)("refuses %s with OperationNotEnabledException", async (replica) => {
    await serve({ replica });
    const refused = { name: "OperationNotEnabledException" };
    await expect(create("ali")).rejects.toMatchObject(refused);
    const list = client.send(new ListUsersCommand({ UserPoolId })).then(
      () => "listed",
      () => "refused",
    );
    expect(await list).toBe(replica === "all" ? "refused" : "listed");
  });
});

test("names ignore case only in a pool with that setting", async () => {
  await serve({ caseSensitive: false });
  const read = (): Promise<unknown> => client.send(new AdminGetUserCommand({ UserPoolId, Username: "ZOË" }));
  await expect(read()).resolves.toMatchObject({ Username: "zoë" });
  await stage.server.close();
  await serve();
  await expect(read()).rejects.toMatchObject({ name: "UserNotFoundException" });
});
