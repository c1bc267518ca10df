import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCliIn, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-endpoint-"));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users: people(3) })] });
});
afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

const list = (...more: string[]) => ["list", "users", `--user-pool-id=${POOL}`, ...more];

test("an endpoint that is not of AWS is said once on stderr, before the first request", async () => {
  const { code, stderr } = await runCliIn(folder, [
    ...list("--endpoint-url=https://collects.invalid", "--log-format=console", "--http-timeout-seconds=1"),
  ]);
  expect([code, stderr.split("\n")[0], stderr.match(/not an endpoint of AWS/g)]).toEqual([
    14,
    "connector: warning: --endpoint-url: https://collects.invalid is not an endpoint of AWS; all requests, with passwords and personal data, go there",
    ["not an endpoint of AWS"],
  ]);
});

test.for([
  ["--endpoint-url", "flag"],
  ["BATON_ENDPOINT_URL", "environment"],
  ["AWS_ENDPOINT_URL", "environment"],
  ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "environment"],
] as const)(
  "an endpoint on this machine is said once on stderr, and nothing else: %s",
  async ([name, from]) => {
    const flags = from === "flag" ? [`${name}=${cognito.url}`] : [];
    const env = from === "flag" ? {} : { [name]: cognito.url };
    expect(await startCli(list(...flags), env, "", folder).whole).toMatchObject({
      code: 0,
      stderr: `connector: warning: ${name}: ${cognito.url} is not an endpoint of AWS; all requests, with passwords and personal data, go there\n`,
    });
  },
);

test("an endpoint in plain text beyond this machine is refused before the first request", async () => {
  const { code, stderr } = await runCliIn(folder, list("--endpoint-url=http://collects.invalid"));
  expect([code, stderr.trimEnd().split("\n")]).toEqual([2, [expect.stringMatching(/or add --insecure$/)]]);
});

test("an endpoint of the AWS config file is said once in the log", async () => {
  writeFileSync(join(folder, "config"), `[default]\nendpoint_url = ${cognito.url}\n`);
  const { code, stderr } = await runCliIn(folder, list("--log-format=json"), {
    AWS_CONFIG_FILE: join(folder, "config"),
  });
  expect([code, stderr.trimEnd().split("\n")]).toEqual([0, [expect.any(String)]]);
  expect(JSON.parse(stderr)).toMatchObject({ level: "warn", address: "127.0.0.1" });
});

test("a ./.baton.yaml that others may write gets no request sent", async () => {
  writeFileSync(join(folder, ".baton.yaml"), `endpoint-url: ${cognito.url}\n`);
  chmodSync(join(folder, ".baton.yaml"), 0o666);
  const { code, stderr } = await runCliIn(folder, list());
  expect([code, stderr.trimEnd().split("\n")]).toEqual([
    2,
    [expect.stringContaining("may be written by its group or by others (mode 0666), so it is not used")],
  ]);
  expect(cognito.stats.count()).toBe(0);
});
