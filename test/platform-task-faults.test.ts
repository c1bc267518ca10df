// What can happen to tasks of the platform while they are done, by a whole process.
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BatonServiceHeartbeatResponseSchema } from "../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { Pool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import {
  AFTER,
  goesOn,
  linesOf,
  PLATFORM_POOL,
  platformPool,
  subOf,
  timesCalled,
} from "./support/platform-pool.ts";
import type { PlatformFault, PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const A = taskId("a");
const WRITES = ["--provisioning", "--grace-seconds", "3"];

const syncFull = (id: string): PlatformTask => ({ id, taskType: { case: "syncFull", value: {} } });
let pool: Pool;
let stage: PlatformStage;

beforeEach(async () => {
  pool = platformPool();
  stage = await platformStage(PLATFORM_POOL, pool);
});

afterEach(() => stage.close());

describe("a token that expires while the daemon works", () => {
  test.for(["GetTask", "Heartbeat", "UploadAsset", "FinishTask"] as const)(
    "is replaced, and the refused %s is made again at once",
    async (call) => {
      stage.platform.faults[call].push({ status: 16, message: "expired" });
      const daemon = stage.start();
      await stage.perform(syncFull(A));
      const { code, stderr } = await stopped(daemon);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stage.platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
      expect(timesCalled(stage, "token")).toBe(2);
      expect(linesOf(stderr).filter((line) => /fail/.test(line))).toEqual([]);
    },
  );
});

describe("a sync", () => {
  test("that the platform cancels ends as canceled", async () => {
    const hold = stage.cognito.hold({ operation: "ListUsers", nth: 2 });
    stage.platform.tasks.push(syncFull(A));
    const daemon = stage.start();
    await hold.arrived();
    stage.platform.cancelled.add(A);
    await stage.platform.until(() => stage.platform.finished.length === 1);
    hold.release();
    expect(stage.platform.finished).toMatchObject([
      { taskId: A, status: { code: 1 }, finalState: { case: "error" } },
    ]);
    await goesOn(stage, daemon);
    expect(stage.platform.uploads).toEqual([]);
  });

  test("ends at the ninth heartbeat in a row that fails, and not before", async () => {
    const hold = stage.cognito.hold({ operation: "ListUsers", nth: 2 });
    const daemon = stage.start();
    stage.platform.tasks.push(syncFull(A));
    await stage.platform.until(() => timesCalled(stage, "Heartbeat") === 1);
    stage.platform.faults.Heartbeat.push(...Array.from({ length: 9 }, (): PlatformFault => ({ status: 13 })));
    await stage.platform.until(() => stage.platform.finished.length === 1);
    hold.release();
    expect(timesCalled(stage, "Heartbeat")).toBe(10);
    expect(stage.platform.finished).toMatchObject([
      {
        status: { code: 1, message: expect.stringContaining("9 heartbeats") },
        finalState: { case: "error" },
      },
    ]);
    await goesOn(stage, daemon);
  });

  test("whose heartbeats bring garbage goes on", async () => {
    stage.platform.faults.Heartbeat.push({
      bytes: toBinary(BatonServiceHeartbeatResponseSchema, create(BatonServiceHeartbeatResponseSchema)),
    });
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect(stage.platform.uploads).toHaveLength(1);
    await goesOn(stage, daemon);
  });

  test.for([
    ["once: the whole file is sent again", 1],
    ["twice: the whole file is sent a third time", 2],
  ] as const)("whose upload is cut %s", async ([, times]) => {
    stage.platform.faults.UploadAsset.push(...Array.from({ length: times }, () => ({ reset: true })));
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect(timesCalled(stage, "UploadAsset")).toBe(times + 1);
    expect((await stage.uploadedBy(A))[0]?.resources).toHaveLength(72);
    expect(stage.platform.finished).toMatchObject([{ finalState: { case: "success" } }]);
    await goesOn(stage, daemon);
  });

  test("whose upload is cut three times fails, and may be tried again", async () => {
    stage.platform.faults.UploadAsset.push(...Array.from({ length: 3 }, () => ({ reset: true })));
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect([timesCalled(stage, "UploadAsset"), stage.platform.uploads.length]).toEqual([3, 0]);
    expect(stage.platform.finished).toMatchObject([
      { taskId: A, finalState: { case: "error", value: { nonRetryable: false } } },
    ]);
    await goesOn(stage, daemon);
  });
});

describe("a task that comes again", () => {
  test("while it runs is not begun twice", async () => {
    const hold = stage.cognito.hold({ operation: "ListUsers", nth: 2 });
    stage.platform.tasks.push(syncFull(A));
    const daemon = stage.start();
    await hold.arrived();
    stage.platform.tasks.push(syncFull(A), syncFull(A));
    await stage.platform.until(() => stage.platform.tasks.length === 0);
    hold.release();
    await stage.platform.until(() => stage.platform.finished.length > 0);
    await goesOn(stage, daemon);
    expect(stage.platform.uploads).toHaveLength(1);
    expect(stage.platform.finished.map(({ taskId: id }) => id)).toEqual([A, AFTER]);
  });

  test("because its result was lost is answered, and not done again", async () => {
    stage.platform.faults.FinishTask.push({ status: 14 });
    stage.platform.tasks.push(granting(A));
    const daemon = stage.start({}, WRITES);
    await stage.platform.until(() => timesCalled(stage, "FinishTask") === 1);
    await stage.perform(granting(A));
    expect(stage.platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
    await goesOn(stage, daemon);
    expect(stage.cognito.stats.outcomes()["AdminAddUserToGroup ok"]).toBe(1);
  });
});

/** The first user into the group of the administrators. */
function granting(id: string): PlatformTask {
  const resource = { id: { resourceType: "group", resource: "admins" } };
  const principal = { id: { resourceType: "user", resource: subOf(0) } };
  const entitlement = { id: "group:admins:member", resource };
  return { id, taskType: { case: "grant", value: { entitlement, principal } } };
}
