import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyRun, type MemoryRun, memoryTarget, syncInto } from "../../support/memory-target.ts";
import { createRig, type Rig } from "../../support/rig.ts";
import { type Moto, startMoto } from "./server.ts";

const USERS = 130;
const never = new AbortController().signal;

// moto pages for real, with opaque tokens, so it judges the paging too.
describe("moto", () => {
  let moto: Moto;
  let client: CognitoIdentityProviderClient;
  let rig: Rig;
  const subs = new Map<string, string>();

  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "moto", secretAccessKey: "moto" };
    client = new CognitoIdentityProviderClient({ region: "us-east-1", endpoint: moto.url, credentials });
    const made = await client.send(
      new CreateUserPoolCommand({
        PoolName: "judge",
        Schema: [{ Name: "department", AttributeDataType: "String", Mutable: true }],
      }),
    );
    const UserPoolId = made.UserPool?.Id ?? "";
    for (const GroupName of ["all", "few", "none"]) {
      await client.send(
        new CreateGroupCommand({ UserPoolId, GroupName, Description: GroupName, Precedence: 0 }),
      );
    }
    for (let n = 0; n < USERS; n++) {
      const Username = `user-${n}`;
      const UserAttributes = [
        { Name: "email", Value: `${Username}@example.com` },
        { Name: "custom:department", Value: `D${n % 7}` },
      ];
      const { User } = await client.send(
        new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes }),
      );
      subs.set(Username, User?.Attributes?.find((attribute) => attribute.Name === "sub")?.Value ?? "");
      for (const GroupName of n < 61 ? ["all", "few"] : ["all"]) {
        await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
      }
    }
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username: "user-7" }));
    rig = createRig({ url: moto.url, poolId: UserPoolId });
  });

  afterAll(async () => {
    await rig.close();
    client.destroy();
    await moto.stop();
  });

  async function synced(): Promise<MemoryRun> {
    const run = emptyRun();
    await syncInto([memoryTarget(run)], { connector: rig.connector, listingsAtOnce: 3 }, never);
    return run;
  }

  test("a sync over several pages has what was created", async () => {
    const run = await synced();
    const users = [...subs.values()].map((sub) => `user:${sub}`);
    const groups = ["group:all", "group:few", "group:none"];
    expect([...run.resources.keys()].sort()).toEqual([...users, ...groups].sort());
    expect(run.grants.size).toBe(USERS + 61);
  });

  test("a disabled user is disabled and keeps its status", async () => {
    const row = (await synced()).resources.get(`user:${subs.get("user-7")}`);
    expect(row?.status).toMatchObject({ status: 2, details: "FORCE_CHANGE_PASSWORD" });
    expect(row?.profile).toMatchObject({ enabled: false, "custom:department": "D0", username: "user-7" });
  });

  test("precedence 0 stays 0", async () => {
    expect((await rig.directory.getGroup("all", never)).precedence).toBe(0);
  });

  test("a user is found by username, and a missing username finds no user", async () => {
    const found = await rig.directory.findUsers("username", "user-9", never);
    expect(found.map((user) => user.sub)).toEqual([subs.get("user-9")]);
    expect(await rig.directory.findUsers("username", "USER-9", never)).toEqual([]);
  });

  test("groups of a user are read to the end", async () => {
    const page = await rig.directory.listGroupsOfUser("user-9", {}, never);
    expect(page.items.map((group) => group.name).toSorted()).toEqual(["all", "few"]);
  });
});
