// A daemon of the platform as a whole process, with a fake Cognito and a fake platform beside it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSyncFile } from "../../pkg/store/read-sync-file.ts";
import type { Pool } from "../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";
import { type CliResult, type RunningCli, startCli } from "./connector-cli.ts";
import { type PlatformServer, type PlatformTask, startPlatform } from "./platform-server.ts";

/** What an uploaded file holds, newest run first. */
export interface UploadedRun {
  readonly syncId: string;
  readonly type: string;
  readonly types: readonly string[];
  /** `user:<id>` and `group:<name>`, sorted; so are the other two. */
  readonly resources: readonly string[];
  readonly entitlements: readonly string[];
  readonly grants: readonly string[];
}

export interface PlatformStage {
  readonly cognito: ScriptedCognito;
  readonly platform: PlatformServer;
  readonly folder: string;
  /** Where the daemon keeps its state. */
  readonly stateDir: string;
  start(env?: Readonly<Record<string, string>>, args?: readonly string[]): RunningCli;
  /** Gives the task and resolves when the platform knows how it ended. */
  perform(task: PlatformTask): Promise<void>;
  /** The runs of the upload of that task. */
  uploadedBy(taskId: string): Promise<readonly UploadedRun[]>;
  close(): Promise<void>;
}

export async function platformStage(poolId: string, pool: Pool): Promise<PlatformStage> {
  const folder = mkdtempSync(join(tmpdir(), "connector-platform-"));
  const stateDir = join(folder, "state");
  const running: RunningCli[] = [];
  const platform = await startPlatform();
  const cognito = await startScriptedCognito({ pools: [pool] });
  return {
    cognito,
    platform,
    folder,
    stateDir,
    start(env = {}, args = []) {
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, platform.certificate);
      const daemon = startCli(
        ["serve", "--listen", `unix:${join(folder, "s")}`, "--log-format", "json", ...args],
        {
          BATON_USER_POOL_ID: poolId,
          BATON_ENDPOINT_URL: cognito.url,
          BATON_RATE: "1000",
          BATON_STATE_DIR: stateDir,
          BATON_CLIENT_ID: platform.clientId,
          BATON_CLIENT_SECRET: platform.clientSecret,
          SSL_CERT_FILE: ca,
          ...env,
        },
      );
      running.push(daemon);
      return daemon;
    },
    async perform(task) {
      const { id } = task;
      platform.tasks.push(task);
      await platform.until(() => platform.finished.some(({ taskId }) => taskId === id));
    },
    async uploadedBy(taskId) {
      const bytes = platform.uploads.find((upload) => upload.taskId === taskId)?.bytes;
      if (bytes === undefined) throw new Error(`nothing was uploaded for the task ${taskId}`);
      const file = join(folder, `uploaded-${taskId}.c1z`);
      writeFileSync(file, bytes);
      return await runsIn(file);
    },
    async close() {
      for (const { process: child } of running) child.kill("SIGKILL");
      await Promise.all(running.map(({ result }) => result));
      await platform.close();
      await cognito.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function stopped(
  daemon: RunningCli,
  signal: "SIGTERM" | "SIGKILL" = "SIGTERM",
): Promise<CliResult> {
  daemon.process.kill(signal);
  return await daemon.result;
}

export async function runsIn(file: string): Promise<readonly UploadedRun[]> {
  const stored = await readSyncFile({ file }, new AbortController().signal);
  try {
    return stored.runs().map(({ syncId, type }) => ({
      syncId,
      type,
      types: [...stored.resourceTypes(syncId)].map(({ id }) => id).toSorted(),
      resources: [...stored.resources(syncId)]
        .map(({ id }) => `${id?.resourceType}:${id?.resource}`)
        .toSorted(),
      entitlements: [...stored.entitlements(syncId)].map(({ id }) => id).toSorted(),
      grants: [...stored.grants(syncId)].map(({ id }) => id).toSorted(),
    }));
  } finally {
    stored.close();
  }
}
