// What can happen to tasks of the platform while they are done, by a whole process.
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BatonServiceHeartbeatResponseSchema } from "../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import type { RunningCli } from "./support/connector-cli.ts";
import { taskId } from "./support/fake-platform-client.ts";
import type { PlatformCall, PlatformFault, PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const [A, B] = [taskId("a"), taskId("b")];
const WRITES = ["--provisioning", "--grace-seconds", "3"];

const syncFull = (id: string): PlatformTask => ({ id, taskType: { case: "syncFull", value: {} } });
const schemas = (id: string): PlatformTask => ({ id, taskType: { case: "actionListSchemas", value: {} } });

let pool: Pool;
let stage: PlatformStage;

beforeEach(async () => {
  const users = people(70, (index) => ({ sub: sub(index), groups: ["all"] }));
  pool = createPool({ id: POOL, users, groups: ["all", "admins"] });
  stage = await platformStage(POOL, pool);
});

afterEach(() => stage.close());

function sub(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

function called(call: PlatformCall): number {
  return stage.platform.calls.filter((each) => each.call === call).length;
}

/** The log has one object a line. */
function linesOf(stderr: string): readonly string[] {
  return stderr.split("\n").filter((line) => line !== "");
}

/** A task after the fault is done: the daemon goes on. */
async function goesOn(daemon: RunningCli): Promise<string> {
  await stage.perform(schemas(B));
  expect(stage.platform.finished.find(({ taskId: id }) => id === B)?.finalState.case).toBe("success");
  const { code, stderr } = await stopped(daemon);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stderr;
}

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
      expect(called("token")).toBe(2);
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
    await goesOn(daemon);
    expect(stage.platform.uploads).toEqual([]);
  });

  test("ends at the ninth heartbeat in a row that fails, and not before", async () => {
    const hold = stage.cognito.hold({ operation: "ListUsers", nth: 2 });
    const daemon = stage.start();
    stage.platform.tasks.push(syncFull(A));
    await stage.platform.until(() => called("Heartbeat") === 1);
    stage.platform.faults.Heartbeat.push(...Array.from({ length: 9 }, (): PlatformFault => ({ status: 13 })));
    await stage.platform.until(() => stage.platform.finished.length === 1);
    hold.release();
    expect(called("Heartbeat")).toBe(10);
    expect(stage.platform.finished).toMatchObject([
      {
        status: { code: 1, message: expect.stringContaining("9 heartbeats") },
        finalState: { case: "error" },
      },
    ]);
    await goesOn(daemon);
  });

  test("whose heartbeats bring garbage goes on", async () => {
    stage.platform.faults.Heartbeat.push({
      bytes: toBinary(BatonServiceHeartbeatResponseSchema, create(BatonServiceHeartbeatResponseSchema)),
    });
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect(stage.platform.uploads).toHaveLength(1);
    await goesOn(daemon);
  });

  test.for([
    ["once: the whole file is sent again", 1],
    ["twice: the whole file is sent a third time", 2],
  ] as const)("whose upload is cut %s", async ([, times]) => {
    stage.platform.faults.UploadAsset.push(...Array.from({ length: times }, () => ({ reset: true })));
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect(called("UploadAsset")).toBe(times + 1);
    expect((await stage.uploadedBy(A))[0]?.resources).toHaveLength(72);
    expect(stage.platform.finished).toMatchObject([{ finalState: { case: "success" } }]);
    await goesOn(daemon);
  });

  test("whose upload is cut three times fails, and may be tried again", async () => {
    stage.platform.faults.UploadAsset.push(...Array.from({ length: 3 }, () => ({ reset: true })));
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect([called("UploadAsset"), stage.platform.uploads.length]).toEqual([3, 0]);
    expect(stage.platform.finished).toMatchObject([
      { taskId: A, finalState: { case: "error", value: { nonRetryable: false } } },
    ]);
    await goesOn(daemon);
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
    await goesOn(daemon);
    expect(stage.platform.uploads).toHaveLength(1);
    expect(stage.platform.finished.map(({ taskId: id }) => id)).toEqual([A, B]);
  });

  test("because its result was lost is answered, and not done again", async () => {
    stage.platform.faults.FinishTask.push({ status: 14 });
    stage.platform.tasks.push(granting(A));
    const daemon = stage.start({}, WRITES);
    await stage.platform.until(() => called("FinishTask") === 1);
    await stage.perform(granting(A));
    expect(stage.platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
    await goesOn(daemon);
    expect(stage.cognito.stats.outcomes()["AdminAddUserToGroup ok"]).toBe(1);
  });
});

/** The first user into the group of the administrators. */
function granting(id: string): PlatformTask {
  const resource = { id: { resourceType: "group", resource: "admins" } };
  const principal = { id: { resourceType: "user", resource: sub(0) } };
  const entitlement = { id: "group:admins:member", resource };
  return { id, taskType: { case: "grant", value: { entitlement, principal } } };
}
