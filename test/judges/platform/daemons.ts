// One daemon, either of the official SDK or ours, between the platform of test/conformance and a scripted pool.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool, type Pool, type PoolDefinition } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { startCli } from "../../support/connector-cli.ts";
import { addressOf } from "../serving.ts";
import { CONFORMANCE, type GoPlatform, startGoPlatform } from "./go-platform.ts";

export const POOL = "us-east-1_Ab129faBb";

/** `official` is the SDK's runner over our connector: it has the same data and answers. */
export type DaemonKind = "official" | "ours";

export interface DaemonStage {
  readonly platform: GoPlatform;
  readonly cognito: ScriptedCognito;
  readonly pool: Pool;
  /** A folder of the stage. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function startDaemonStage(
  kind: DaemonKind,
  definition: Omit<PoolDefinition, "id">,
  {
    args = [],
    env = {},
  }: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<DaemonStage> {
  const folder = mkdtempSync(join(tmpdir(), `connector-judged-${kind}-`));
  const platform = await startGoPlatform(folder);
  const pool = createPool({ id: POOL, ...definition });
  const cognito = await startScriptedCognito({ pools: [pool] });
  const certificate = join(folder, "platform.pem");
  writeFileSync(certificate, platform.certificate);
  const asClient = {
    BATON_CLIENT_ID: platform.clientId,
    BATON_CLIENT_SECRET: platform.clientSecret,
    BATON_HOST_ID: "the-host",
    SSL_CERT_FILE: certificate,
    ...env,
  };
  const connector = startCli(
    [
      "serve",
      "--provisioning",
      "--listen=127.0.0.1:0",
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
      `--state-dir=${join(folder, "state")}`,
      "--rate=1000",
      "--log-format=json",
      ...args,
    ],
    kind === "ours" ? asClient : { BATON_CLIENT_SECRET: platform.clientSecret },
  );
  const stopOfficial =
    kind === "official" ? startOfficial(await addressOf(connector), folder, asClient) : undefined;
  return {
    platform,
    cognito,
    pool,
    folder,
    async close() {
      await stopOfficial?.();
      connector.process.kill("SIGTERM");
      const { code, stderr } = await connector.result;
      await platform.close();
      await cognito.close();
      rmSync(folder, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the connector ended with ${String(code)}:\n${stderr}`);
    },
  };
}

/** The SDK's runner, which starts itself again as the connector. Returns how to end it. */
function startOfficial(
  address: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): () => Promise<void> {
  const program = spawn(
    CONFORMANCE,
    ["daemon", "--provisioning", "--log-level=fatal", `--connector-address=${address}`],
    { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder, ...env }, stdio: "inherit" },
  );
  const gone = once(program, "exit");
  return async () => {
    program.kill("SIGINT");
    await gone;
  };
}
