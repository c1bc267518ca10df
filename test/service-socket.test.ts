// The Unix socket of the service: who may use it, and what a killed service leaves.
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { callUnary } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let folder: string;
let path: string;
const started: RunningCli[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-socket-"));
  path = join(folder, "c.sock");
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL })] });
});
afterEach(async () => {
  for (const each of started.splice(0)) {
    each.process.kill("SIGKILL");
    await each.result;
  }
  await cognito.close();
  rmSync(folder, { recursive: true });
});

function serve(stateDir: string): RunningCli {
  const running = startCli(
    [
      "serve",
      `--listen=unix:${path}`,
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
      `--state-dir=${join(folder, stateDir)}`,
      "--log-format=json",
    ],
    // The most careless umask that there is.
    { NODE_OPTIONS: "--import=data:text/javascript,process.umask(0)" },
  );
  started.push(running);
  return running;
}

async function serving(running: RunningCli): Promise<void> {
  let text = "";
  const { stderr } = running.process;
  while (!text.includes('"msg":"serving gRPC"')) {
    if (stderr === null || running.process.exitCode !== null) throw new Error(text);
    const [chunk] = await once(stderr, "data");
    text += String(chunk);
  }
}

const answer = async (): Promise<string> =>
  (await callUnary(`unix:${path}`, ResourceTypesService.method.listResourceTypes)).code;

test("SOCKET-1: only its owner may use the socket, whatever the umask", async () => {
  await serving(serve("a"));
  expect((statSync(path).mode & 0o7777).toString(8)).toBe("600");
  expect(await answer()).toBe("OK");
  // The umask of the rest of the program is as it was.
  expect((statSync(join(folder, "a")).mode & 0o7777).toString(8)).toBe("700");
});

test("SOCKET-2: the socket of a killed service is replaced, and one in use is not", async () => {
  const first = serve("a");
  await serving(first);
  first.process.kill("SIGKILL");
  await first.result;
  expect(statSync(path).isSocket()).toBe(true);
  await serving(serve("a"));
  expect(await answer()).toBe("OK");
  expect((statSync(path).mode & 0o7777).toString(8)).toBe("600");

  const { code, stderr } = await serve("b").result;
  expect(code).not.toBe(0);
  expect(stderr).toContain(`unix:${path} is in use by another program; stop it or choose another path`);
  expect(await answer()).toBe("OK");
});

test("SOCKET-2: the socket of another program is left as it is", async () => {
  const other = createServer().listen(path);
  await once(other, "listening");
  const { stderr } = await serve("a").result;
  expect(stderr).toContain("is in use by another program");
  expect(existsSync(path)).toBe(true);
  other.close();
});

test("SOCKET-2: a file that is not a socket is left as it is", async () => {
  writeFileSync(path, "mine");
  const { code, stderr } = await serve("a").result;
  expect(code).not.toBe(0);
  expect(stderr).toContain(`${path} exists and is not a socket, so it is left as it is; choose another path`);
  expect(readFileSync(path, "utf8")).toBe("mine");
});
