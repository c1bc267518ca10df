// Syncs of the platform that are cut off, and several at once, by whole processes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const [A, B] = [taskId("a"), taskId("b")];
const syncFull = (id: string) => ({ id, taskType: { case: "syncFull" as const, value: {} } });

/** 200 users in one group: 4 pages of users, 1 of groups, 4 of members and 1 of a group that has none. */
const PAGES = { ListUsers: 4, ListGroups: 1, ListUsersInGroup: 5 };

let stage: PlatformStage;

beforeEach(async () => {
  const users = people(200, () => ({ groups: ["all"] }));
  stage = await platformStage(POOL, createPool({ id: POOL, users, groups: ["all", "none"] }));
});

afterEach(() => stage.close());

async function expectWhole(id: string): Promise<void> {
  const [run] = await stage.uploadedBy(id);
  expect(run).toMatchObject({ type: "full" });
  expect([run?.resources.length, run?.entitlements.length, run?.grants.length]).toEqual([202, 2, 200]);
}

/** The page that was being read is read again, and the groups, whose names may mean other groups by now. */
function expectNothingReadTwice(): void {
  const { stats } = stage.cognito;
  expect(stats.count("ListUsers") - PAGES.ListUsers).toBeLessThanOrEqual(1);
  expect(stats.count("ListUsersInGroup") - PAGES.ListUsersInGroup).toBeLessThanOrEqual(1);
  expect(stats.count("ListGroups") - PAGES.ListGroups).toBeLessThanOrEqual(1);
}

/** Resolves when everything but the rest of the users is read. */
async function cutPoint() {
  const hold = stage.cognito.hold({ operation: "ListUsers", nth: 3 });
  await hold.arrived();
  const membersRead = () => stage.cognito.stats.outcomes()["ListUsersInGroup ok"] === PAGES.ListUsersInGroup;
  await expect.poll(membersRead, { timeout: 100_000 }).toBe(true);
  return hold;
}

describe("a sync of the platform that is cut off", () => {
  test.for([
    ["SIGKILL", undefined],
    ["SIGTERM", 0],
  ] as const)(
    "by %s goes on in the next task, in another process, from the page where it was",
    async ([signal, code]) => {
      stage.platform.tasks.push(syncFull(A));
      const first = stage.start({}, ["--grace-seconds", "1"]);
      const hold = await cutPoint();
      const ended = await stopped(first, signal);
      expect(ended).toMatchObject({ code: code ?? null });
      hold.release();
      expect(stage.platform.finished).toEqual([]);
      expect(stage.platform.uploads).toEqual([]);

      const second = stage.start();
      await stage.perform(syncFull(B));
      expect(stage.platform.finished).toMatchObject([{ taskId: B, finalState: { case: "success" } }]);
      await expectWhole(B);
      expectNothingReadTwice();
      expect((await stopped(second)).stderr).toContain("resuming an interrupted sync");
    },
  );

  test("by the platform, which cancels its task, is reported as cancelled and goes on in the next one", async () => {
    const { platform } = stage;
    platform.tasks.push(syncFull(A));
    const daemon = stage.start();
    const hold = await cutPoint();
    platform.cancelled.add(A);
    await platform.until(() => platform.finished.length === 1);
    expect(platform.finished).toMatchObject([
      { taskId: A, status: { code: 1 }, finalState: { case: "error", value: { nonRetryable: false } } },
    ]);
    hold.release();
    await stage.perform(syncFull(B));
    await expectWhole(B);
    expectNothingReadTwice();
    await stopped(daemon);
  });

  test("in its upload is uploaded by the next task, in another process, without reading again", async () => {
    const { platform, cognito } = stage;
    platform.faults.UploadAsset.push({ silent: true });
    platform.tasks.push(syncFull(A));
    const first = stage.start();
    await platform.until(() => platform.calls.some(({ call }) => call === "UploadAsset"));
    await stopped(first, "SIGKILL");
    cognito.stats.reset();
    const second = stage.start();
    await stage.perform(syncFull(B));
    await expectWhole(B);
    expect(cognito.stats.count("ListUsers")).toBe(0);
    await stopped(second);
  });

  test.for([
    ["more than a day ago", -24 * 60 * 60_000 - 1],
    ["at a time that is still to come, by a clock that was ahead,", 60 * 60_000],
  ] as const)("in its upload %s is read again by the next task", async ([, sinceMs]) => {
    const { platform, cognito } = stage;
    platform.faults.UploadAsset.push({ silent: true });
    platform.tasks.push(syncFull(A));
    const first = stage.start();
    await platform.until(() => platform.calls.some(({ call }) => call === "UploadAsset"));
    await stopped(first, "SIGKILL");
    const mark = join(
      stage.stateDir,
      readdirSync(stage.stateDir).find((name) => name.endsWith(".undelivered")) ?? "",
    );
    writeFileSync(mark, readFileSync(mark, "utf8").replace(/^\d+/, `${Date.now() + sinceMs}`));
    cognito.stats.reset();
    const second = stage.start();
    await stage.perform(syncFull(B));
    expect(platform.finished).toMatchObject([{ taskId: B, finalState: { case: "success" } }]);
    expect(cognito.stats.count("ListUsers")).toBe(PAGES.ListUsers);
    await stopped(second);
  });

  test("in its upload is not uploaded by a process that names users by another kind of id", async () => {
    const { platform } = stage;
    platform.faults.UploadAsset.push({ silent: true });
    platform.tasks.push(syncFull(A));
    const first = stage.start();
    await platform.until(() => platform.calls.some(({ call }) => call === "UploadAsset"));
    await stopped(first, "SIGKILL");
    const second = stage.start({ BATON_USER_ID: "username" });
    await stage.perform(syncFull(B));
    expect(platform.uploads).toEqual([]);
    expect(platform.finished).toMatchObject([{ taskId: B, status: { code: 9 } }]);
    await stopped(second);
  });

  test("because the platform did not take its file is read again by the next task", async () => {
    const { platform, cognito } = stage;
    platform.faults.UploadAsset.push({ reset: true }, { reset: true }, { reset: true });
    const daemon = stage.start();
    await stage.perform(syncFull(A));
    expect(platform.finished).toMatchObject([{ taskId: A, finalState: { case: "error" } }]);
    await stage.perform(syncFull(B));
    await expectWhole(B);
    expect(cognito.stats.count("ListUsers")).toBe(2 * PAGES.ListUsers);
    await stopped(daemon);
  });
});

describe("two syncs of the platform at once", () => {
  test("run one after the other, and both send heartbeats from the beginning", async () => {
    const { platform, cognito } = stage;
    platform.nextHeartbeatMs = 1_000;
    const hold = cognito.hold({ operation: "ListUsers", nth: 1 });
    platform.tasks.push(syncFull(A), syncFull(B));
    const daemon = stage.start();
    await hold.arrived();
    const beats = (id: string) =>
      platform.calls.filter(({ call, taskId: of }) => call === "Heartbeat" && of === id).length;
    await platform.until(() => beats(A) >= 2 && beats(B) >= 2);
    hold.release();
    await platform.until(() => platform.finished.length === 2);
    expect(platform.finished.map(({ finalState }) => finalState.case)).toEqual(["success", "success"]);
    const [first, second] = [await stage.uploadedBy(A), await stage.uploadedBy(B)];
    // The one that comes second keeps the run of the first.
    expect(first.length + second.length).toBe(3);
    expect(cognito.stats.counts()).toMatchObject({ ListUsers: 8, ListGroups: 2, ListUsersInGroup: 10 });
    await stopped(daemon);
  });

  test("do not replace the file of the other while it is uploaded", async () => {
    const { platform, cognito } = stage;
    platform.faults.UploadAsset.push({ silent: true });
    platform.tasks.push(syncFull(A));
    const daemon = stage.start();
    await platform.until(() => platform.calls.some(({ call }) => call === "UploadAsset"));
    const read = cognito.stats.count();
    platform.tasks.push(syncFull(B));
    await platform.until(() => platform.calls.filter(({ taskId: of }) => of === B).length >= 3);
    expect(cognito.stats.count()).toBe(read);
    platform.cancelled.add(A);
    await platform.until(() => platform.finished.length === 2);
    expect(platform.finished).toMatchObject([
      { taskId: A, finalState: { case: "error" } },
      { taskId: B, finalState: { case: "success" } },
    ]);
    await expectWhole(B);
    await stopped(daemon);
  });
});
