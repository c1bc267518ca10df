// Tasks of the platform that ask for a part of the pool, and the settings that choose one, by whole processes.
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import type { PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const [A, B, C] = [taskId("a"), taskId("b"), taskId("c")];

type SyncFull = Extract<NonNullable<PlatformTask["taskType"]>, { readonly case: "syncFull" }>["value"];

function sync(id: string, value: SyncFull = {}): PlatformTask {
  return { id, taskType: { case: "syncFull", value } };
}

/** What is asked for, and what the uploaded run is and holds: users, groups, entitlements, grants. */
type Case = readonly [string, SyncFull, string, string, readonly number[]];

function resource(resourceType: string, id: string) {
  return { id: { resourceType, resource: id } };
}

const USERS = people(70, (index) => ({ groups: index < 3 ? ["all", "few"] : ["all"] }));
const FIRST = USERS[0]?.sub ?? "";

let stage: PlatformStage;

beforeEach(async () => {
  stage = await platformStage(POOL, createPool({ id: POOL, users: USERS, groups: ["all", "few"] }));
});

afterEach(() => stage.close());

async function counted(id: string) {
  const [run, ...more] = await stage.uploadedBy(id);
  const { type, types, resources = [], entitlements, grants } = run ?? {};
  const of = (kind: string) => resources.filter((one) => one.startsWith(`${kind}:`)).length;
  const rows = [of("user"), of("group"), entitlements?.length, grants?.length];
  return { type, types: types?.join(" "), rows, more: more.length };
}

describe("a sync task", () => {
  test.for<Case>([
    ["of users", { syncResourceTypeIds: ["user"] }, "full", "user", [70, 0, 0, 0]],
    ["of groups", { syncResourceTypeIds: ["group"] }, "full", "group", [0, 2, 2, 0]],
    ["without grants", { skipGrants: true }, "full", "group user", [70, 2, 2, 0]],
    [
      "of nothing but resources",
      { skipEntitlementsAndGrants: true },
      "resources_only",
      "group user",
      [70, 2, 0, 0],
    ],
    [
      "of a user",
      { targetedSyncResources: [resource("user", FIRST)] },
      "partial",
      "group user",
      [1, 0, 0, 0],
    ],
    [
      "of a group and of a user who is gone",
      { targetedSyncResources: [resource("group", "few"), resource("user", "gone")] },
      "partial",
      "group user",
      [3, 1, 1, 3],
    ],
    [
      "of the whole pool, with wishes that mean nothing here",
      { skipExpandGrants: true, storageEngine: "pebble" },
      "full",
      "group user",
      [70, 2, 2, 73],
    ],
  ])(
    "%s uploads what is asked for, called what Go's runner calls it",
    async ([, value, type, types, rows]) => {
      const daemon = stage.start();
      await stage.perform(sync(A, value));
      expect(stage.platform.finished).toMatchObject([{ finalState: { case: "success" } }]);
      expect(await counted(A)).toEqual({ type, types, rows, more: 0 });
      await stopped(daemon);
    },
  );

  test("of an unknown type is refused, and reads nothing", async () => {
    const daemon = stage.start();
    await stage.perform(sync(A, { syncResourceTypeIds: ["role"] }));
    expect(stage.platform.finished).toMatchObject([
      { finalState: { case: "error", value: { nonRetryable: false } }, status: { code: 3 } },
    ]);
    expect(stage.cognito.stats.count("ListUsers")).toBe(0);
    await stopped(daemon);
  });

  test("of a part does not discard the full sync that was cut before it", async () => {
    const { platform, cognito } = stage;
    platform.tasks.push(sync(A));
    const daemon = stage.start();
    const hold = cognito.hold({ operation: "ListUsers", nth: 2 });
    await hold.arrived();
    const membersRead = () => cognito.stats.outcomes()["ListUsersInGroup ok"] === 3;
    await expect.poll(membersRead, { timeout: 100_000 }).toBe(true);
    platform.cancelled.add(A);
    await platform.until(() => platform.finished.length === 1);
    hold.release();
    await stage.perform(sync(B, { targetedSyncResources: [resource("group", "few")] }));
    expect(await counted(B)).toMatchObject({ type: "partial", rows: [3, 1, 1, 3] });
    expect(readdirSync(stage.stateDir).filter((name) => name.startsWith("platform-partial"))).toEqual([]);
    cognito.stats.reset();
    await stage.perform(sync(C));
    expect(await counted(C)).toMatchObject({ type: "full", rows: [70, 2, 2, 73] });
    expect(cognito.stats.count("ListUsers")).toBe(1);
    expect(cognito.stats.count("ListUsersInGroup")).toBe(0);
    await stopped(daemon);
  });

  test("of another part takes back what the file of a cut upload was said to hold, before it replaces it", async () => {
    const { platform, cognito, stateDir } = stage;
    const marks = () => readdirSync(stateDir).filter((name) => name.endsWith(".undelivered"));
    platform.faults.UploadAsset.push({ silent: true });
    platform.tasks.push(sync(A, { targetedSyncResources: [resource("group", "few")] }));
    const first = stage.start();
    await platform.until(() => platform.calls.some(({ call }) => call === "UploadAsset"));
    await stopped(first, "SIGKILL");
    expect(marks()).toEqual(["platform-partial.c1z.undelivered"]);
    const second = stage.start();
    const hold = cognito.hold({ operation: "GetGroup", nth: 1 });
    platform.tasks.push(sync(B, { targetedSyncResources: [resource("group", "all")] }));
    await hold.arrived();
    expect(marks()).toEqual([]);
    hold.release();
    await platform.until(() => platform.finished.length === 1);
    expect(await counted(B)).toMatchObject({ type: "partial", rows: [70, 1, 1, 70] });
    await stopped(second);
  });
});

describe("the settings", () => {
  test("choose resources before the task does, and types only where the task does not", async () => {
    const daemon = stage.start({
      BATON_SYNC_RESOURCES: "bid:r:group/few,group:all",
      BATON_SYNC_RESOURCE_TYPES: "user",
    });
    await stage.perform(
      sync(A, {
        syncResourceTypeIds: ["group"],
        targetedSyncResources: [resource("user", FIRST)],
        skipGrants: true,
      }),
    );
    expect(await counted(A)).toMatchObject({ type: "partial", rows: [0, 2, 2, 0] });
    await stage.perform(sync(B));
    expect(stage.platform.finished).toMatchObject([{ taskId: A }, { taskId: B, status: { code: 3 } }]);
    await stopped(daemon);
  });

  test("switch reading off: the pool is validated and a full run without rows is uploaded", async () => {
    const daemon = stage.start({ BATON_SKIP_FULL_SYNC: "true" });
    await stage.perform(sync(A));
    expect(await counted(A)).toEqual({ type: "full", types: "", rows: [0, 0, 0, 0], more: 0 });
    expect(stage.cognito.stats.count("DescribeUserPool")).toBeGreaterThan(0);
    await stopped(daemon);
  });
});
