// What a command line says besides the change itself: its reason, metadata for the triggers, the way of an invitation.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext } from "../cmd/connector/testing.fixture.ts";
import { person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import type { CliResult } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";

let folder: string;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-asked-"));
  const pool = createPool({
    id: POOL,
    users: [
      person(0, { username: "grace", status: "CONFIRMED" }),
      { username: "invited", status: "FORCE_CHANGE_PASSWORD", attributes: { email: "i@example.com" } },
    ],
    groups: ["readers"],
  });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

async function connector(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const context = memoryContext({
    env: {
      BATON_AWS_ACCESS_KEY_ID: "AKIDTEST",
      BATON_AWS_SECRET_ACCESS_KEY: "test-secret-key",
      BATON_USER_POOL_ID: POOL,
      BATON_STATE_DIR: folder,
      ...env,
    },
    cwd: folder,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const code = await run(args, context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

function changing(...args: string[]): Promise<CliResult> {
  return connector([...args, `--endpoint-url=${cognito.url}`, "--rate=1000", "--provisioning"], {});
}

const inputOf = (operation: string) =>
  cognito.stats.calls.find((call) => call.operation === operation)?.input;

describe("--reason", () => {
  test.for<[string, string[]]>([
    ["a grant", ["grant", "--user=grace", "--group=readers"]],
    ["an action", ["actions", "invoke", "update_group", "--args", '{"group_id":"readers","precedence":1}']],
    ["a group", ["create-group", "--name=writers"]],
    ["a refused change", ["grant", "--user=grace", "--group=nowhere"]],
  ])("of %s is shown by audit show, in every format", async ([, args]) => {
    await changing(...args, "--reason=CHG-4711: quarterly review");
    for (const output of ["table", "csv", "json", "jsonl"]) {
      const shown = await connector(["audit", "show", "--output", output]);
      expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("CHG-4711: quarterly review")]);
    }
    expect(await connector(["audit", "verify"])).toMatchObject({ code: 0 });
  });

  test.for([" ", "two\nlines", "x".repeat(501)])("%j is refused before anything is done", async (reason) => {
    const result = await changing("grant", "--user=grace", "--group=readers", `--reason=${reason}`);
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining("--reason")]);
    expect(cognito.stats.count()).toBe(0);
  });

  test("in an environment is refused: it would be the reason of every change", async () => {
    const result = await connector(["grant", "--user=grace", "--group=readers"], {
      BATON_REASON: "CHG-4711",
    });
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining("BATON_REASON")]);
  });
});

describe("--client-metadata", () => {
  test("goes out with the call, repeated and from the environment", async () => {
    await changing(
      "reset-password",
      "--user=grace",
      "--client-metadata=ticket=4711",
      "--client-metadata=by=ops",
    );
    expect(inputOf("AdminResetUserPassword")).toMatchObject({
      ClientMetadata: { ticket: "4711", by: "ops" },
    });
  });

  test("is refused without its value", async () => {
    const result = await changing("reset-password", "--user=grace", "--client-metadata=hunter2");
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining("must be KEY=VALUE")]);
    expect(result.stderr).not.toContain("hunter2");
  });

  test("is shown by its keys only", async () => {
    const result = await connector(["config", "show"], { BATON_CLIENT_METADATA: "ticket=hunter2" });
    expect(result.stdout).toContain("ticket=(not shown)");
    expect(result.stdout).not.toContain("hunter2");
  });
});

describe("--deliver-by", () => {
  test.for<[string, readonly string[]]>([
    ["EMAIL", ["EMAIL"]],
    ["SMS", ["SMS"]],
    ["both", ["EMAIL", "SMS"]],
  ])("%s says how the invitation is sent", async ([word, mediums]) => {
    const who = ["--login=ada", "--email=ada@example.com", "--attribute=phone_number=+4915112345678"];
    const result = await changing("create-account", ...who, "--invite", `--deliver-by=${word}`);
    expect(result).toMatchObject({ code: 0 });
    expect(inputOf("AdminCreateUser")).toMatchObject({ DesiredDeliveryMediums: mediums });
  });

  test.for<[string, string[], string]>([
    [
      "no phone number",
      ["create-account", "--login=ada", "--email=a@b.de", "--invite", "--deliver-by=SMS"],
      "--deliver-by: the account has no phone number",
    ],
    [
      "no invitation",
      ["create-account", "--login=ada", "--email=a@b.de", "--deliver-by=SMS"],
      "--deliver-by: no invitation is asked for",
    ],
    [
      "another word",
      ["create-account", "--login=ada", "--invite", "--deliver-by=mail"],
      "--deliver-by: must be one of EMAIL, SMS, both",
    ],
    [
      "no phone number of an invited user",
      ["resend-invitation", "--user=invited", "--deliver-by=both"],
      "has no phone number to send an invitation to by SMS",
    ],
  ])("with %s is refused before anything is changed", async ([, args, problem]) => {
    const result = await changing(...args);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain(problem);
    expect(inputOf("AdminCreateUser")).toBeUndefined();
  });
});
