// SIGTERM in each state of the daemon: it ends within the grace, and nothing is done twice when the task comes again.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Pool } from "./cognito/pool.ts";
import type { CallRecord } from "./cognito/record.ts";
import type { CliResult, RunningCli } from "./support/connector-cli.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { PLATFORM_POOL, platformPool, subOf, timesCalled } from "./support/platform-pool.ts";
import type { PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const A = taskId("a");
const GRACE_S = 2;

/** A busy machine is slow to end a process. What is waited for here would last thirty seconds and more without its end. */
const SLOW_MACHINE_MS = 40_000;

let pool: Pool;
let stage: PlatformStage;

beforeEach(async () => {
  pool = platformPool();
  stage = await platformStage(PLATFORM_POOL, pool);
});

afterEach(() => stage.close());

const syncFull: PlatformTask = { id: A, taskType: { case: "syncFull", value: {} } };

const resource = { id: { resourceType: "group", resource: "admins" } };
const principal = { id: { resourceType: "user", resource: subOf(0) } };
const entitlement = { id: "group:admins:member", resource };
const grant: PlatformTask = { id: A, taskType: { case: "grant", value: { entitlement, principal } } };

const accountInfo = { login: "ada", emails: [{ address: "ada@example.com", isPrimary: true }] };
const account: PlatformTask = { id: A, taskType: { case: "createAccount", value: { accountInfo } } };

function start(graceS = GRACE_S): RunningCli {
  return stage.start({}, ["--provisioning", "--grace-seconds", String(graceS)]);
}

/** It ends with 0, and soon after the grace at the latest. */
async function expectStop(daemon: RunningCli): Promise<CliResult> {
  const startedAt = performance.now();
  const result = await stopped(daemon);
  expect(result).toMatchObject({ code: 0 });
  expect(performance.now() - startedAt).toBeLessThan(GRACE_S * 1_000 + SLOW_MACHINE_MS);
  return result;
}

/** The same task in a new process. */
async function again(task: PlatformTask): Promise<void> {
  const second = start();
  await stage.perform(task);
  expect(stage.platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
  await expectStop(second);
}

function made(operation: string): number {
  return stage.cognito.stats.outcomes()[`${operation} ok`] ?? 0;
}

/** The daemon also asks AWS what it may do, with users and groups that do not exist. */
function isReal({ input }: CallRecord): boolean {
  return input?.["GroupName"] === "admins" || input?.["Username"] === "ada";
}

describe("SIGTERM", () => {
  test.for([
    ["asks for a token", "token", { silent: true }],
    ["waits for the answer to its Hello", "Hello", { silent: true }],
    ["waits before the next Hello", "Hello", { status: 14 }],
    ["asks for a task", "GetTask", { silent: true }],
    ["waits before the next poll that follows a failure", "GetTask", { status: 13 }],
    ["waits for the next poll", "GetTask", {}],
  ] as const)("while the daemon %s ends it at once", async ([, call, fault]) => {
    stage.platform.nextPollMs = 60_000;
    if (Object.keys(fault).length > 0) stage.platform.faults[call].push(fault);
    const daemon = start(60);
    await stage.platform.until(() => timesCalled(stage, call) === 1);
    await expectStop(daemon);
    expect(timesCalled(stage, call)).toBe(1);
  });

  test("in the first heartbeat of a sync leaves the task to the next process", async () => {
    stage.platform.faults.Heartbeat.push({ silent: true });
    stage.platform.tasks.push(syncFull);
    const daemon = start();
    await stage.platform.until(() => timesCalled(stage, "Heartbeat") === 1);
    await expectStop(daemon);
    expect(stage.platform.finished).toEqual([]);
    await again(syncFull);
  });

  test("in a sync leaves the task to the next process, which goes on where it was", async () => {
    const hold = stage.cognito.hold({ operation: "ListUsers", nth: 2 });
    stage.platform.tasks.push(syncFull);
    const daemon = start();
    await hold.arrived();
    await expectStop(daemon);
    hold.release();
    expect(stage.platform.finished).toEqual([]);
    await again(syncFull);
    expect(stage.platform.uploads).toHaveLength(1);
    expect((await stage.uploadedBy(A))[0]?.resources).toHaveLength(72);
  });

  test("in an upload leaves the task to the next process, which reads nothing and uploads the whole file", async () => {
    stage.platform.faults.UploadAsset.push({ silent: true });
    stage.platform.tasks.push(syncFull);
    const daemon = start();
    await stage.platform.until(() => timesCalled(stage, "UploadAsset") === 1);
    await expectStop(daemon);
    const read = made("ListUsers");
    await again(syncFull);
    expect(made("ListUsers")).toBe(read);
    expect((await stage.uploadedBy(A))[0]?.resources).toHaveLength(72);
  });

  test.for([
    ["a grant whose write has not arrived at AWS", grant, "AdminAddUserToGroup", "request"],
    ["a grant whose answer of AWS is missing", grant, "AdminAddUserToGroup", "answer"],
    ["the creation of an account that has not arrived at AWS", account, "AdminCreateUser", "request"],
    ["the creation of an account whose answer of AWS is missing", account, "AdminCreateUser", "answer"],
  ] as const)("in %s: the change is made once", async ([, task, operation, at]) => {
    const hold = stage.cognito.hold({ operation, when: isReal }, at);
    stage.platform.tasks.push(task);
    const daemon = start();
    await hold.arrived();
    await expectStop(daemon);
    expect(stage.platform.finished).toEqual([]);
    hold.release();
    await again(task);
    expect(pool.allUsers().length).toBe(operation === "AdminCreateUser" ? 71 : 70);
    expect(pool.members("admins", 0, 10).items.length).toBe(operation === "AdminAddUserToGroup" ? 1 : 0);
  });

  test("in a grant that ends within the grace reports it, and takes no other task", async () => {
    const hold = stage.cognito.hold({ operation: "AdminAddUserToGroup", when: isReal });
    stage.platform.tasks.push(grant);
    const daemon = start();
    await hold.arrived();
    const polls = timesCalled(stage, "GetTask");
    const ended = stopped(daemon);
    hold.release();
    expect((await ended).code).toBe(0);
    expect(stage.platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
    expect(timesCalled(stage, "GetTask")).toBeLessThanOrEqual(polls + 1);
  });

  test("while the platform does not take the result of a grant: the next process answers, and grants nothing twice", async () => {
    stage.platform.faults.FinishTask.push({ silent: true });
    stage.platform.tasks.push(grant);
    const daemon = start();
    await stage.platform.until(() => timesCalled(stage, "FinishTask") === 1);
    const { stderr } = await expectStop(daemon);
    expect(stderr).toContain("the result of a task did not reach the platform");
    await again(grant);
    expect(made("AdminAddUserToGroup")).toBe(1);
  });
});
