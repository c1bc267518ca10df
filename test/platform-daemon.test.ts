// The daemon of the platform as a whole process, against a platform on a real TLS socket.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSyncFile } from "../pkg/store/read-sync-file.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { type PlatformServer, startPlatform, TOKEN } from "./support/platform-server.ts";

const POOL = "us-east-1_Ab129faBb";
const A = taskId("a");

let cognito: ScriptedCognito;
let platform: PlatformServer;
let folder: string;
let running: RunningCli[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-platform-"));
  running = [];
  platform = await startPlatform();
  const users = people(70, () => ({ groups: ["all"] }));
  cognito = await startScriptedCognito({
    pools: [createPool({ id: POOL, users, groups: ["all", "admins"] })],
  });
});

afterEach(async () => {
  for (const { process: child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ result }) => result));
  await platform.close();
  await cognito.close();
  rmSync(folder, { recursive: true });
});

function startDaemon(...more: readonly string[]): RunningCli {
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, platform.certificate);
  const daemon = startCli(
    ["serve", "--listen", `unix:${join(folder, "s")}`, "--log-format", "json", ...more],
    {
      BATON_USER_POOL_ID: POOL,
      BATON_ENDPOINT_URL: cognito.url,
      BATON_STATE_DIR: join(folder, "state"),
      BATON_CLIENT_ID: platform.clientId,
      BATON_CLIENT_SECRET: platform.clientSecret,
      SSL_CERT_FILE: ca,
    },
  );
  running.push(daemon);
  return daemon;
}

async function stopped(daemon: RunningCli) {
  daemon.process.kill("SIGTERM");
  return await daemon.result;
}

describe("the daemon", () => {
  test("says Hello, syncs, uploads the file and reports the task as done", async () => {
    platform.nextHeartbeatMs = 300_000;
    platform.tasks.push({ id: A, taskType: { case: "syncFull", value: {} } });
    const daemon = startDaemon();
    await platform.until(() => platform.finished.length === 1);
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const named = platform.calls.filter(({ call }) => call !== "GetTask").map(({ call }) => call);
    expect(named).toEqual(["token", "Hello", "Heartbeat", "UploadAsset", "FinishTask"]);
    expect(platform.finished).toMatchObject([{ taskId: A, finalState: { case: "success" } }]);
    const [upload] = platform.uploads;
    const file = join(folder, "uploaded.c1z");
    writeFileSync(file, upload?.bytes ?? "");
    const stored = await readSyncFile({ file }, new AbortController().signal);
    const [run] = stored.runs();
    expect(run?.type).toBe("full");
    expect([...stored.resources(run?.syncId ?? "")]).toHaveLength(70 + 2);
    expect([...stored.grants(run?.syncId ?? "")]).toHaveLength(70);
    stored.close();
    expect(stderr).not.toContain(platform.clientSecret);
    expect(stderr).not.toContain(TOKEN);
  });
});
