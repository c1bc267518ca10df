// A platform that takes connections and never answers. Each call has 30 seconds, which the tests wait for side by side.
import { expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import type { PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const A = taskId("a");
const sync: PlatformTask = { id: A, taskType: { case: "syncFull", value: {} } };

async function onStage(act: (stage: PlatformStage) => Promise<void>): Promise<void> {
  const stage = await platformStage(POOL, createPool({ id: POOL, users: people(3), groups: ["all"] }));
  try {
    await act(stage);
  } finally {
    await stage.close();
  }
}

test.concurrent.for(["token", "Hello"] as const)(
  "a %s that is never answered is given up after 30 s, and the daemon goes on",
  (call) =>
    onStage(async (stage) => {
      stage.platform.faults[call].push({ silent: true });
      const daemon = stage.start();
      await stage.perform(sync);
      expect(stage.platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
      expect(stage.platform.uploads).toHaveLength(1);
      const { code, stderr } = await stopped(daemon);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toMatch(/no answer in time|code 4|Deadline exceeded/);
    }),
);

test.concurrent("a first heartbeat that is never answered leaves the task to the platform", () =>
  onStage(async (stage) => {
    stage.platform.faults.Heartbeat.push({ silent: true });
    // No other one comes while the task is under way.
    stage.platform.nextHeartbeatMs = 300_000;
    stage.platform.tasks.push(sync);
    const daemon = stage.start();
    const beaten = (): number => stage.platform.calls.filter(({ call }) => call === "Heartbeat").length;
    await stage.platform.until(() => beaten() === 1);
    // Given again while the heartbeat waits, and then until it is begun again.
    const giving = setInterval(() => {
      if (stage.platform.tasks.length === 0 && beaten() < 2) stage.platform.tasks.push(sync);
    }, 1_000);
    await stage.platform.until(() => stage.platform.finished.length === 1);
    clearInterval(giving);
    expect([beaten(), stage.platform.uploads.length]).toEqual([2, 1]);
    expect((await stopped(daemon)).code).toBe(0);
  }));
