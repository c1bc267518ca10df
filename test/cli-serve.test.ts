import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withoutEndpointLine } from "../cmd/connector/endpoint-line.fixture.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { ResourcesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, runCli, startCli } from "./support/connector-cli.ts";
import { callUnary } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";

describe("connector serve", () => {
  let cognito: ScriptedCognito;
  let folder: string;
  let started: RunningCli | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-serve-"));
    const pool = createPool({ id: POOL, users: people(61), groups: ["all"] });
    cognito = await startScriptedCognito({ pools: [pool] });
  });

  afterEach(async () => {
    started?.process.kill("SIGKILL");
    await started?.result;
    started = undefined;
    await cognito.close();
    rmSync(folder, { recursive: true });
  });

  const args = (listen: string, ...more: string[]) => [
    "serve",
    `--listen=${listen}`,
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    "--log-format=json",
    ...more,
  ];

  /** Resolves with the next line of the log whose message begins so. */
  function logged(running: RunningCli, message: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      let text = "";
      function look(chunk: Buffer): void {
        text += chunk.toString();
        const entry = withoutEndpointLine(text)
          .split("\n")
          .slice(0, -1)
          .map(entryOf)
          .find((line) => String(line["msg"]).startsWith(message));
        if (entry === undefined) return;
        running.process.stderr?.off("data", look);
        resolve(entry);
      }
      running.process.stderr?.on("data", look);
      running.process.once("exit", () => reject(new Error(`it ended without "${message}":\n${text}`)));
    });
  }

  /** Sends SIGTERM and resolves when the process has logged it. */
  async function terminate(): Promise<void> {
    if (started === undefined) throw new Error("nothing was started");
    const stopping = logged(started, "stopped by SIGTERM");
    started.process.kill("SIGTERM");
    await stopping;
  }

  async function serve(listen = "127.0.0.1:0", ...more: string[]): Promise<string> {
    started = startCli(args(listen, ...more));
    const { address } = await logged(started, "serving gRPC");
    return String(address);
  }

  test("says where it listens, answers there, and SIGTERM ends it with 0", async () => {
    const address = await serve();
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    const reply = await callUnary(address, ConnectorService.method.validate);
    expect(reply).toMatchObject({ code: "OK" });
    const page = await callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
    expect(page.answer?.list).toHaveLength(60);
    started?.process.kill("SIGTERM");
    expect(await started?.result).toMatchObject({ code: 0, stdout: "" });
  });

  test("listens on a Unix socket and removes it at the end", async () => {
    const path = join(folder, "c.sock");
    const address = await serve(`unix:${path}`);
    expect(address).toBe(`unix:${path}`);
    expect(await callUnary(address, ConnectorService.method.validate)).toMatchObject({ code: "OK" });
    started?.process.kill("SIGINT");
    expect((await started?.result)?.code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test("finishes a running call before it ends", async () => {
    const address = await serve();
    const hold = cognito.hold({ operation: "ListUsers" });
    const page = callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
    await hold.arrived();
    await terminate();
    hold.release();
    expect((await page).code).toBe("OK");
    expect((await started?.result)?.code).toBe(0);
  });

  test("a second signal ends it at once", async () => {
    const address = await serve();
    const hold = cognito.hold({ operation: "ListUsers" });
    const page = callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
    await hold.arrived();
    await terminate();
    started?.process.kill("SIGTERM");
    expect((await started?.result)?.code).toBe(128 + 15);
    expect((await page).code).not.toBe("OK");
    hold.release();
  });

  test("an address in use is reported in one line", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, stderr } = await runCli([...args(`127.0.0.1:${port}`), "--log-format", "console"]);
    other.close();
    expect(code).toBe(9);
    expect(stderr).toBe(
      `connector: --listen: 127.0.0.1:${port} is in use by another program; stop it or choose another port\n`,
    );
  });

  test("reports at once that it cannot reach the pool, and continues to serve", async () => {
    cognito.script({ operation: "DescribeUserPool", error: { name: "UnrecognizedClientException" } });
    started = startCli(args("127.0.0.1:0"));
    expect(await logged(started, "the pool cannot be read")).toMatchObject({
      level: "error",
      code: "unauthenticated",
    });
    started.process.kill("SIGTERM");
    expect((await started.result).code).toBe(0);
  });

  test("writes no answer of a call to stdout", async () => {
    const address = await serve("127.0.0.1:0", "--log-level", "debug");
    await callUnary(address, ConnectorService.method.validate);
    started?.process.kill("SIGTERM");
    expect((await started?.result)?.stdout).toBe("");
  });
});

function entryOf(line: string): Record<string, unknown> {
  const entry: unknown = JSON.parse(line);
  if (!isEntry(entry)) throw new TypeError(`no log line: ${line}`);
  return entry;
}

function isEntry(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
