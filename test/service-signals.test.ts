// What signals do to whole processes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { ResourcesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, runCli, startCli } from "./support/connector-cli.ts";
import { callUnary } from "./support/grpc-client.ts";
import { said } from "./support/said.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let folder: string;
let started: RunningCli | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-signals-"));
  cognito = await startScriptedCognito({
    pools: [createPool({ id: POOL, users: people(130), groups: ["all"] })],
  });
});

afterEach(async () => {
  started?.process.kill("SIGKILL");
  await started?.result;
  started = undefined;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
  const common = [
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    "--log-format=json",
  ];
  started = startCli([...args, ...common], env);
  return started;
}

async function serve(
  env: Readonly<Record<string, string>> = {},
): Promise<{ running: RunningCli; address: string }> {
  const running = launch(["serve", "--listen=127.0.0.1:0"], env);
  const address = /"address":"([^"]+)"/.exec(await said(running, '"msg":"serving gRPC"'))?.[1] ?? "";
  return { running, address };
}

describe("a service", () => {
  test.for(["SIGTERM", "SIGINT"] as const)("ends with 0 at %s, and names the signal", async (signal) => {
    const { running } = await serve();
    running.process.kill(signal);
    const { code, stderr } = await running.result;
    expect(code).toBe(0);
    expect(stderr).toContain(`stopped by ${signal}: shutting down`);
  });

  test("continues to serve after SIGHUP", async () => {
    const { running, address } = await serve();
    for (let count = 0; count < 3; count += 1) running.process.kill("SIGHUP");
    const reply = await callUnary(address, ConnectorService.method.validate);
    expect(reply.code).toBe("OK");
    running.process.kill("SIGTERM");
    expect((await running.result).code).toBe(0);
  });

  test("an unhandled rejection ends it, and its text is not printed", async () => {
    const hook = `--import=${resolve(import.meta.dirname, "support/reject-on-signal.ts")}`;
    const { running } = await serve({ NODE_OPTIONS: hook });
    running.process.kill("SIGUSR2");
    const { code, stderr } = await running.result;
    expect(code).toBe(13);
    expect(stderr).toMatch(/^connector: .+$/m);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("while a service drains", () => {
  test.for([
    ["SIGTERM", "SIGTERM", 143],
    ["SIGTERM", "SIGINT", 130],
    ["SIGINT", "SIGINT", 130],
  ] as const)("after %s, %s ends at once with %i", async ([first, second, code]) => {
    const { running, address } = await serve();
    const hold = cognito.hold({ operation: "ListUsers" });
    const page = callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
    await hold.arrived();
    const stopping = said(running, `stopped by ${first}`);
    running.process.kill(first);
    await stopping;
    running.process.kill(second);
    expect((await running.result).code).toBe(code);
    expect((await page).code).not.toBe("OK");
    hold.release();
  });

  test("SIGHUP changes nothing", async () => {
    const { running, address } = await serve();
    const hold = cognito.hold({ operation: "ListUsers" });
    const page = callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
    await hold.arrived();
    const stopping = said(running, "stopped by SIGTERM");
    running.process.kill("SIGTERM");
    await stopping;
    running.process.kill("SIGHUP");
    hold.release();
    expect((await page).code).toBe("OK");
    expect((await running.result).code).toBe(0);
  });
});

describe("a sync", () => {
  test.for(["SIGTERM", "SIGINT"] as const)("is stopped by %s and keeps what it read", async (signal) => {
    const hold = cognito.hold({ operation: "ListUsers", continues: true });
    const file = `--file=${join(folder, "pool.c1z")}`;
    const first = launch(["sync", file]);
    await hold.arrived();
    first.process.kill(signal);
    const { code, stdout, stderr } = await first.result;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`stopped by ${signal}; what was read is kept`);
    hold.release();
    const second = await launch(["sync", file]).result;
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ users: 130, resumed: true });
  });

  test("is not ended by SIGHUP where there is no terminal", async () => {
    const hold = cognito.hold({ operation: "ListUsers", continues: true });
    const running = launch(["sync", `--file=${join(folder, "pool.c1z")}`]);
    await hold.arrived();
    running.process.kill("SIGHUP");
    hold.release();
    expect(await running.result).toMatchObject({ code: 0 });
  });
});

describe("SIGHUP", () => {
  test("reads the log level again, reports what it could not read, and never ends the process", async () => {
    const level = join(folder, "level");
    writeFileSync(level, "info");
    const worker = spawn(process.execPath, [resolve(import.meta.dirname, "support/reload-worker.ts"), level]);
    const exit = once(worker, "exit");
    let told = "";
    worker.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
    });
    const line = (text: string) => vi.waitFor(() => expect(told).toContain(text), { timeout: 100_000 });
    await line('"msg":"ready"');
    worker.kill("SIGHUP");
    await line("SIGHUP: reloaded the log level, the debug line");
    expect(told).not.toContain("logged at debug");

    writeFileSync(level, "loud");
    worker.kill("SIGHUP");
    await line("SIGHUP: cannot reload the log level; the previous version stays in use");
    await line("SIGHUP: reloaded the debug line");
    expect(told).not.toContain("logged at debug");

    writeFileSync(level, "debug");
    worker.kill("SIGHUP");
    await line("logged at debug");
    worker.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  });
});

test("a handle that nothing waits for does not keep a finished process alive", async () => {
  const hook = `--import=${resolve(import.meta.dirname, "support/never-done.ts")}`;
  const { code, stdout } = await runCli(["version"], { NODE_OPTIONS: hook });
  expect({ code, stdout: stdout.length > 0 }).toEqual({ code: 0, stdout: true });
});
