import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { auditLogPath } from "../pkg/ops/audit/audit-log.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import type { JsonValue } from "../pkg/scim/resource.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { never } from "./support/adapter.ts";
import { runCli } from "./support/connector-cli.ts";
import { STAGE_POOL } from "./support/provision-stage.ts";
import {
  CUT_KINDS,
  type CutNames,
  cutShown,
  cutState,
  SCIM_CUTS,
  type ScimAsk,
  type ScimCutScenario,
} from "./support/scim-cut-scenarios.ts";
import { type ScimProgram, startScimProgram } from "./support/scim-service.ts";
import { DRAWN, drawnOf } from "./support/thorough.ts";

// pkg/scim/cut-off.test.ts does the same in memory, at every moment. Here the processes are real: SIGKILL, and the client sends
// its request again to the next process. Each kill takes two processes, so a few writes of each request are drawn.

const WRITES = /^(Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

const kind = CUT_KINDS["a pool of usernames"];

interface Stage {
  readonly pool: Pool;
  readonly folder: string;
  readonly cognito: ScriptedCognito;
  service: ScimProgram;
}

const open: Stage[] = [];

afterEach(async () => {
  for (const { service, cognito, folder } of open.splice(0)) {
    await service.kill();
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

function start({ folder, cognito }: Pick<Stage, "folder" | "cognito">, { settings }: ScimCutScenario) {
  const args = [
    "--scim-password=permanent",
    "--scim-group-from-user",
    `--scim-deprovision=${settings?.deprovision ?? "delete"}`,
  ];
  return startScimProgram(STAGE_POOL, cognito.url, { folder, args });
}

async function createCutStage(scenario: ScimCutScenario): Promise<Stage> {
  const pool = createPool({ id: STAGE_POOL });
  const folder = mkdtempSync(join(tmpdir(), "scim-cut-"));
  const cognito = await startScriptedCognito({ pools: [pool] });
  const stage = { pool, folder, cognito, service: await start({ folder, cognito }, scenario) };
  open.push(stage);
  return stage;
}

/** Sooner than the service asks for: a second each time would be most of the time of a test. */
const RETRY_MS = 50;

/** The client, who tries again while the service says so. */
function clientOf(stage: Stage): ScimAsk {
  return async ({ method, path, json }) => {
    for (;;) {
      const { status, text, headers } = await stage.service.ask(path, { method, json });
      if (status !== 503 && status !== 429) {
        const body: JsonValue | undefined = text === "" ? undefined : JSON.parse(text);
        return { status, body };
      }
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
}

/** The whole request, on resources of its own. */
async function undisturbed(stage: Stage, scenario: ScimCutScenario) {
  const names = kind.names(".n0");
  const ask = clientOf(stage);
  const request = await scenario.prepare(ask, names);
  const from = stage.cognito.stats.calls.length;
  const { status } = await ask(request);
  const calls = stage.cognito.stats.calls.slice(from).map(({ operation }) => operation);
  const state = cutState(stage.pool, names);
  return {
    status,
    writes: calls.filter((name) => WRITES.test(name)),
    state,
    shown: await cutShown(ask, names),
  };
}

interface Cut {
  readonly operation: string;
  readonly nth: number;
  readonly at: "request" | "answer";
}

/** What is wrong when the process is killed there and the client sends its request again to the next one. */
async function wrongAfterKill(
  stage: Stage,
  scenario: ScimCutScenario,
  whole: Awaited<ReturnType<typeof undisturbed>>,
  { operation, nth, at }: Cut,
  names: CutNames,
): Promise<readonly string[]> {
  const ask = clientOf(stage);
  const request = await scenario.prepare(ask, names);
  const before = cutState(stage.pool, names);
  const hold = stage.cognito.hold({ operation, nth }, at);
  const cut = ask(request).then(
    () => "answered",
    () => "cut off",
  );
  await hold.arrived();
  await stage.service.kill();
  const ended = await cut;
  hold.release();
  // Every other time by hand, as an operator may; else the next service does it.
  const recovered = at === "answer" ? await recover(stage) : undefined;
  const state = cutState(stage.pool, names);
  stage.service = await start(stage, scenario);
  const { status, body } = await ask(request);
  const after = cutState(stage.pool, names);
  const shown = await cutShown(ask, names);
  const isHalf = state !== before && state !== whole.state;
  const wrong = [
    ...(ended === "cut off" ? [] : [`the request was ${ended}`]),
    ...(isHalf && recovered?.includes("partial") === false && scenario.several !== true
      ? [`half is done (${state}), and the recovery says ${recovered.join()}`]
      : []),
    ...(status === scenario.status || status === scenario.again
      ? []
      : [`the retry is answered with ${status} ${JSON.stringify(body)}`]),
    ...(after === whole.state ? [] : [`after the retry the pool has ${after}`]),
    ...(shown === whole.shown ? [] : [`after the retry SCIM shows ${shown}`]),
  ];
  return wrong.map((what) => `${operation} ${nth} ${at}: ${what}`);
}

/** What is wrong when the answer to one write gets lost, and the client tries again as long as it is not answered. */
async function wrongAfterLoss(
  stage: Stage,
  scenario: ScimCutScenario,
  whole: Awaited<ReturnType<typeof undisturbed>>,
  { operation, nth }: Omit<Cut, "at">,
  names: CutNames,
): Promise<readonly string[]> {
  const ask = clientOf(stage);
  const request = await scenario.prepare(ask, names);
  const fault = stage.cognito.script({ operation, nth, cut: "after" });
  const { status, body } = await ask(request);
  fault.remove();
  const after = cutState(stage.pool, names);
  const shown = await cutShown(ask, names);
  const wrong = [
    ...(fault.fired === 1 ? [] : ["no answer was lost"]),
    ...(status === scenario.status || status === scenario.again
      ? []
      : [`it is answered with ${status} ${JSON.stringify(body)}`]),
    ...(after === whole.state ? [] : [`the pool has ${after}`]),
    ...(shown === whole.shown ? [] : [`SCIM shows ${shown}`]),
  ];
  return wrong.map((what) => `${operation} ${nth} lost: ${what}`);
}

/** The outcomes of what the killed process left, as `connector recover` says them. */
async function recover({ cognito, service }: Stage): Promise<readonly string[]> {
  const { stdout, stderr } = await runCli([
    "recover",
    `--user-pool-id=${STAGE_POOL}`,
    `--endpoint-url=${cognito.url}`,
    `--state-dir=${service.stateDir}`,
    "--provisioning",
    "--output=json",
  ]);
  if (stdout === "") throw new Error(stderr);
  const rows: unknown = JSON.parse(stdout);
  return Array.isArray(rows) ? rows.map(({ outcome }: { readonly outcome: string }) => outcome) : [];
}

describe.for(Object.entries(SCIM_CUTS))(`%s, cut at writes (${DRAWN})`, ([title, scenario]) => {
  test("ends whole when the process is killed at a write, or its answer gets lost, and the client sends it again", {
    timeout: 900_000,
  }, async () => {
    const stage = await createCutStage(scenario);
    const whole = await undisturbed(stage, scenario);
    expect(whole.status).toBe(scenario.status);
    const wrong: string[] = [];
    const writes = whole.writes.map((operation, index) => ({
      operation,
      nth: whole.writes.slice(0, index + 1).filter((name) => name === operation).length,
    }));
    for (const [index, write] of drawnOf(writes, 0, title).entries()) {
      wrong.push(...(await wrongAfterLoss(stage, scenario, whole, write, kind.names(`.n${index}y`))));
    }
    const kills = writes.flatMap((write) => (["request", "answer"] as const).map((at) => ({ ...write, at })));
    for (const [index, cut] of drawnOf(kills, 1, title).entries()) {
      wrong.push(...(await wrongAfterKill(stage, scenario, whole, cut, kind.names(`.n${index}x`))));
    }
    const verdict = await verifyAuditFile(auditLogPath(stage.service.stateDir, STAGE_POOL), {}, never);
    expect({ wrong, audit: verdict.problems, left: await recover(stage) }).toEqual({
      wrong: [],
      audit: [],
      left: [],
    });
  });
});

test("a password that Cognito refuses leaves no user, and a better one is taken", async () => {
  const scenario = SCIM_CUTS["POST of a user with attributes, password and groups"];
  if (scenario === undefined) throw new Error("no such request");
  const stage = await createCutStage(scenario);
  const ask = clientOf(stage);
  const names = kind.names(".n1");
  const request = await scenario.prepare(ask, names);
  const before = cutState(stage.pool, names);
  const error = { name: "InvalidPasswordException", message: "too weak" };
  stage.cognito.script({ operation: "AdminSetUserPassword", nth: 1, error });
  expect(await ask(request)).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
  expect(cutState(stage.pool, names)).toBe(before);
  expect(await ask(request)).toMatchObject({ status: 201 });
});
