import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withoutEndpointLine } from "../cmd/connector/endpoint-line.fixture.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";

const POOL = "us-east-1_Ab129faBb";
const MAIN = resolve(import.meta.dirname, "../cmd/connector/main.ts");

// The device that is always full. Systems without it have the unit tests of the output.
const FULL = "/dev/full";
const FAILED = { code: 8, text: "connector: cannot write the output: the disk is full; free some space\n" };

/** Runs the program with that stream into the device. */
async function ranFull(
  args: readonly string[],
  into: "stdout" | "stderr" = "stdout",
): Promise<{ code: number | null; text: string }> {
  const full = openSync(FULL, "w");
  try {
    const program = spawn(process.execPath, [MAIN, ...args], {
      stdio: ["ignore", into === "stdout" ? full : "pipe", into === "stderr" ? full : "pipe"],
      env: { HOME: "/nonexistent", AWS_ACCESS_KEY_ID: "AKIDTEST", AWS_SECRET_ACCESS_KEY: "s" },
    });
    let text = "";
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
    }
    return await new Promise((ended) =>
      program.once("close", (code) => ended({ code, text: withoutEndpointLine(text) })),
    );
  } finally {
    closeSync(full);
  }
}

describe.runIf(existsSync(FULL))("an output that cannot be written", () => {
  let cognito: ScriptedCognito;
  beforeAll(async () => {
    cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users: people(130) })] });
  });
  afterAll(async () => {
    await cognito.close();
  });

  test.for([["jsonl"], ["csv"], ["json"], ["table"]])(
    "ends a listing as %s with its cause and its exit code",
    async ([format = ""]) => {
      const settings = ["--user-pool-id", POOL, "--endpoint-url", cognito.url, "--log-format", "console"];
      expect(await ranFull(["list", "users", ...settings, "--output", format])).toEqual(FAILED);
    },
  );

  test.for([
    ["--help"],
    ["help settings"],
    ["version"],
    ["capabilities"],
    ["config"],
    ["completion bash"],
    [`iam-policy --user-pool-id ${POOL}`],
    [`config show --user-pool-id ${POOL}`],
  ])("ends %s with 8", async ([line = ""]) => {
    expect(await ranFull(line.split(" "))).toEqual(FAILED);
  });

  test("of messages hides no failure: the exit code is that of the failure", async () => {
    expect(await ranFull(["list", "users"], "stderr")).toEqual({ code: 2, text: "" });
    const settings = ["--user-pool-id", POOL, "--endpoint-url", cognito.url];
    cognito.script({ operation: "ListUsers", error: { name: "AccessDeniedException" } });
    expect(await ranFull(["list", "users", ...settings], "stderr")).toEqual({ code: 7, text: "" });
  });
});
