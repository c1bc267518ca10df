// What probes and scrapes see of the platform's tasks.
import { expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { platformStage, stopped } from "./support/platform-stage.ts";
import { said } from "./support/said.ts";

const POOL = "us-east-1_Ab129faBb";

test("tasks, uploads, failures and ages are in the metrics, and the vendor's probes are answered", async () => {
  const stage = await platformStage(POOL, createPool({ id: POOL, users: people(3), groups: ["all"] }));
  try {
    const { platform } = stage;
    platform.faults.GetTask.push({ status: 13 });
    platform.faults.UploadAsset.push({ reset: true });
    platform.faults.FinishTask.push({ status: 14 });
    const daemon = stage.start({}, ["--health-check", "--health-check-port", "0"]);
    const { address } = JSON.parse(await said(daemon, "serving health and metrics"));
    const get = async (path: string) => await fetch(`http://${address}/${path}`);
    await stage.platform.until(() => platform.calls.some(({ call }) => call === "Hello"));
    platform.tasks.push({ id: taskId("a"), taskType: { case: "syncFull", value: {} } });
    await platform.until(() => platform.calls.some(({ call }) => call === "FinishTask"));
    await stage.perform({
      id: taskId("b"),
      taskType: { case: "actionStatus", value: { name: "n", id: "none" } },
    });

    const lines = (await (await get("metrics")).text()).split("\n");
    const ours = lines.filter((line) => line.startsWith("connector_platform_") && !line.endsWith(" 0"));
    expect(ours).toEqual(
      expect.arrayContaining([
        'connector_platform_tasks_total{kind="sync_full",outcome="done"} 1',
        'connector_platform_tasks_total{kind="action_status",outcome="failed"} 1',
        'connector_platform_task_duration_seconds_count{kind="sync_full"} 1',
        'connector_platform_uploads_total{outcome="done"} 1',
        'connector_platform_uploads_total{outcome="failed"} 1',
        'connector_platform_calls_failed_total{call="poll"} 1',
        'connector_platform_calls_failed_total{call="finish"} 1',
        `connector_platform_upload_bytes_total ${platform.uploads[0]?.bytes.byteLength}`,
        expect.stringMatching(/^connector_platform_hello_age_seconds \d+(\.\d+)?$/),
        expect.stringMatching(/^connector_platform_poll_age_seconds \d+(\.\d+)?$/),
      ]),
    );
    expect(lines).toContain("connector_platform_tasks_running 0");

    for (const [path, status] of [
      ["ready", "ready"],
      ["health", "healthy"],
      ["live", "alive"],
    ] as const) {
      const page = await get(path);
      expect([page.status, await page.json()]).toMatchObject([
        200,
        { status, timestamp: expect.stringMatching(/Z$/) },
      ]);
    }
    expect((await stopped(daemon)).code).toBe(0);
  } finally {
    await stage.close();
  }
});
