import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CognitoLocal, startCognitoLocal } from "../../support/cognito-local.ts";
import { livelyPool } from "../../support/local-pool.ts";
import { emptyRun, memoryTarget, syncInto } from "../../support/memory-target.ts";
import { createRig, type Rig } from "../../support/rig.ts";

const POOL = "eu-west-1_Local0001";
const never = new AbortController().signal;

// cognito-local answers a listing in one page for any Limit, and dates in whole seconds.
describe("cognito-local", () => {
  const pool = livelyPool({ id: POOL, name: "judge", users: 150 });
  let folder: string;
  let server: CognitoLocal;
  let rig: Rig;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-cognito-local-"));
    server = await startCognitoLocal(pool, folder);
    rig = createRig({ url: server.url, poolId: POOL });
  });

  afterAll(async () => {
    await rig.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("every user, group and membership in its database is in the sync, and nothing else", async () => {
    const run = emptyRun();
    await syncInto([memoryTarget(run)], { connector: rig.connector, listingsAtOnce: 4 }, never);
    const subOf = (username: string) =>
      pool.Users[username]?.Attributes.find((attribute) => attribute.Name === "sub")?.Value ?? "";
    const users = Object.keys(pool.Users).map((username) => `user:${subOf(username)}`);
    const groups = Object.keys(pool.Groups).map((name) => `group:${name}`);
    const grants = Object.values(pool.Groups).flatMap(({ GroupName, members }) =>
      members.map((member) => `group:${GroupName}:member:user:${subOf(member)}`),
    );
    expect([...run.resources.keys()].sort()).toEqual([...users, ...groups].sort());
    expect([...run.grants.keys()].sort()).toEqual(grants.sort());
  });

  test("status, attributes and dates arrive as they are stored", async () => {
    const run = emptyRun();
    await syncInto([memoryTarget(run)], { connector: rig.connector, listingsAtOnce: 1 }, never);
    for (const user of Object.values(pool.Users)) {
      const kept = Object.fromEntries(user.Attributes.map(({ Name, Value }) => [Name, Value]));
      const row = run.resources.get(`user:${kept["sub"]}`);
      expect(row?.status).toMatchObject({ status: user.Enabled ? 1 : 2, details: user.UserStatus });
      expect(row?.profile).toMatchObject({
        username: user.Username,
        email: kept["email"],
        "custom:department": kept["custom:department"],
        federated: user.UserStatus === "EXTERNAL_PROVIDER",
        created_at: `${user.UserCreateDate.slice(0, 19)}.000Z`,
      });
    }
  });

  test("one user and one group are found by id, and a missing one is not found", async () => {
    const [someone] = Object.values(pool.Users);
    const sub = someone?.Attributes.find((attribute) => attribute.Name === "sub")?.Value ?? "";
    const found = await rig.directory.findUsers("sub", sub, never);
    expect(found.map((user) => user.username)).toEqual([someone?.Username]);
    expect(await rig.directory.findUsers("sub", "00000000-0000-4000-8000-000000000000", never)).toEqual([]);
    expect((await rig.directory.getGroup("pool-admins", never)).precedence).toBe(0);
    await expect(rig.directory.getGroup("nothing", never)).rejects.toMatchObject({ code: "not-found" });
  });

  test("the account creation schema shows the pool's own attributes", async () => {
    const { accountCreationSchema } = await rig.connector.metadata(never);
    expect(accountCreationSchema?.fieldMap["email"]?.required).toBe(true);
    expect(accountCreationSchema?.fieldMap["custom:employee_number"]?.description).toContain(
      "at creation only",
    );
  });
});
