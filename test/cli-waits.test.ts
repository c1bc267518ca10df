// What a person sees while AWS does not answer: the reason soon, and the end after the patience that was asked for.
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type CliResult, type RunningCli, runCli, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_AbCd12345";

/** Each wait before another attempt is half of its bound. At random, all attempts may be over before the notice of two seconds. */
const STEADY = { NODE_OPTIONS: "--import=data:text/javascript,Math.random=()=>0.5" };

let folder = "";
let silent: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-waits-"));
  silent = createServer((socket) => sockets.add(socket.on("error", () => socket.destroy())));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => silent.close(resolve));
  rmSync(folder, { recursive: true });
});

/** Accepts every connection and answers nothing. */
function silentUrl(): string {
  const address: AddressInfo | string | null = silent.address();
  if (address === null || typeof address === "string") throw new Error("the server has no TCP address");
  return `http://127.0.0.1:${address.port}`;
}

const COMMANDS = ["list users", "validate", "sync"] as const;

const CAUSES = [
  ["a refused port", () => "http://127.0.0.1:1", "connection refused", /ECONNREFUSED/],
  ["a silent connection", silentUrl, "no answer yet", /no complete response within \d+ ms/],
] as const;

describe.concurrent("AWS that cannot be reached", () => {
  test.for(COMMANDS.flatMap((command) => CAUSES.map((cause) => [command, ...cause] as const)))(
    "connector %s ends after the patience, with the reason: %s",
    async ([command, what, url, waits, says]) => {
      const file = command === "sync" ? ["--file", join(folder, `${what}.c1z`)] : [];
      const args = [...command.split(" "), ...file, ...settings(url())];
      const { code, stderr, stdout }: CliResult = await startCli(args, STEADY).whole;
      expect(code).toBe(14);
      expect(stderr).toContain('"msg":"waiting for AWS"');
      expect(stderr).toContain(`"outcome":"${waits}"`);
      expect(stdout + stderr).toMatch(says);
    },
  );
});

describe("a service that cannot reach AWS", () => {
  let running: RunningCli | undefined;

  afterEach(async () => {
    running?.process.kill("SIGKILL");
    await running?.result;
  });

  test.for([
    [
      "a refused port",
      () => "http://127.0.0.1:1",
      /AWS did not answer within 4000 ms: connection refused|ECONNREFUSED/,
    ],
    ["a silent connection", silentUrl, /AWS did not answer within 4000 ms: no answer yet/],
  ] as const satisfies readonly (readonly [string, () => string, RegExp])[])(
    "says why in /readyz and health-check: %s",
    async ([, url, why]) => {
      let log = "";
      const args = ["--health-check", "--health-check-port=0", "--listen=127.0.0.1:0", "--log-format=json"];
      running = startCli(["serve", ...args, ...settings(url())]);
      running.process.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
      await vi.waitFor(() => expect(log).toContain("serving health"), { timeout: 100_000 });
      const [, address = ""] = /"address":"([^"]+)"[^\n]*"msg":"serving health and metrics"/.exec(log) ?? [];
      const asked: CliResult = await runCli(
        ["health-check", `--health-check-port=${address.split(":").at(-1)}`],
        {},
      );
      expect(asked.code).toBe(1);
      expect(asked.stderr).toMatch(why);
      const answer: Response = await fetch(`http://${address}/readyz`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toMatch(why);
      await vi.waitFor(() => expect(log).toContain('"msg":"waiting for AWS"'), { timeout: 100_000 });
    },
  );
});

function settings(endpoint: string): string[] {
  return [`--user-pool-id=${POOL}`, `--endpoint-url=${endpoint}`, "--patience-seconds=8"];
}
