import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { auditLogPath } from "../pkg/ops/audit/audit-log.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import type { JsonValue } from "../pkg/scim/resource.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import type { CallRecord } from "./cognito/record.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { SEED } from "./fuzz/random.ts";
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
  type ScimCutRequest,
  type ScimCutScenario,
} from "./support/scim-cut-scenarios.ts";
import { type ScimProgram, startScimProgram } from "./support/scim-service.ts";
import { DRAWN, drawnOf } from "./support/thorough.ts";

// pkg/scim/cut-off.test.ts does the same in memory, at every moment. Here the processes are real: SIGKILL, and the clients send
// their requests again to the next process. A kill takes two processes: so it cuts off a request of every scenario at once, and
// a few writes of each are drawn.

const WRITES = /^(Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

const kind = CUT_KINDS["a pool of usernames"];

/** How many kills of each request are drawn between the first and the last. */
const BETWEEN = 1;

/** What a DELETE does, and the requests to a service that does this. */
const SERVICES = [
  ...Map.groupBy(Object.entries(SCIM_CUTS), ([, { settings }]) => settings?.deprovision ?? "delete"),
];

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

function start({ folder, cognito }: Pick<Stage, "folder" | "cognito">, scenario?: ScimCutScenario) {
  const args = [
    "--scim-password=permanent",
    "--scim-group-from-user",
    `--scim-deprovision=${scenario?.settings?.deprovision ?? "delete"}`,
  ];
  return startScimProgram(STAGE_POOL, cognito.url, { folder, args });
}

async function createCutStage(scenario: ScimCutScenario | undefined): Promise<Stage> {
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
async function undisturbed(stage: Stage, scenario: ScimCutScenario, names: CutNames) {
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

type Undisturbed = Awaited<ReturnType<typeof undisturbed>>;

interface Cut {
  readonly operation: string;
  readonly nth: number;
  readonly at: "request" | "answer";
}

/** The names of one run, and the subs of its people, as calls and the rows of `connector recover` have them. */
function targetsOf(pool: Pool, { tag }: CutNames): readonly string[] {
  const people = pool.allUsers().filter(({ username }) => username.includes(tag));
  return [tag, ...people.map(({ sub }) => sub)];
}

/** Whether a call is about one of them: the service names a person by the sub, once there is one. */
function isOf({ input }: CallRecord, pool: Pool, names: CutNames): boolean {
  const text = JSON.stringify(input);
  return targetsOf(pool, names).some((name) => text.includes(name));
}

/** A request that is cut off, among those of other scenarios. */
interface Doomed {
  readonly title: string;
  readonly scenario: ScimCutScenario;
  readonly whole: Undisturbed;
  readonly cut: Cut;
  readonly names: CutNames;
}

interface Prepared extends Doomed {
  readonly request: ScimCutRequest;
  readonly before: string;
}

interface CutOff extends Prepared {
  readonly ended: "answered" | "cut off";
  /** What the pool has of it when the process is dead and what it left is recovered, where that is done by hand. */
  readonly state: string;
  /** What the recovery by hand says of it. */
  readonly outcomes: readonly string[] | undefined;
}

function prepared(stage: Stage, doomed: readonly Doomed[]): Promise<readonly Prepared[]> {
  return Promise.all(
    doomed.map(async (one) => {
      const request = await one.scenario.prepare(clientOf(stage), one.names);
      return { ...one, request, before: cutState(stage.pool, one.names) };
    }),
  );
}

/** Kills the process while every request waits at its cut. */
async function cutOff(
  stage: Stage,
  requests: readonly Prepared[],
  isByHand: boolean,
): Promise<readonly CutOff[]> {
  const holds = requests.map(({ cut: { operation, nth, at }, names }) =>
    stage.cognito.hold({ operation, nth, when: (call) => isOf(call, stage.pool, names) }, at),
  );
  const replies = requests.map(({ request }) =>
    clientOf(stage)(request).then(
      () => "answered" as const,
      () => "cut off" as const,
    ),
  );
  await Promise.all(holds.map((hold, index) => Promise.race([hold.arrived(), replies[index]])));
  await stage.service.kill();
  const ended = await Promise.all(replies);
  for (const hold of holds) hold.release();
  const targets = requests.map(({ names }) => targetsOf(stage.pool, names));
  const recovered = isByHand ? await recover(stage) : undefined;
  return requests.map((one, index) => ({
    ...one,
    ended: ended[index] ?? "answered",
    state: cutState(stage.pool, one.names),
    outcomes: recovered
      ?.filter(({ target }) => targets[index]?.some((name) => target.includes(name)))
      .map(({ outcome }) => outcome),
  }));
}

/** What is wrong when the process is killed amid these requests, and the clients send them again to the next one. */
async function wrongAfterKill(
  stage: Stage,
  doomed: readonly Doomed[],
  isByHand: boolean,
): Promise<readonly string[]> {
  const all = await cutOff(stage, await prepared(stage, doomed), isByHand);
  stage.service = await start(stage, doomed[0]?.scenario);
  const wrong = await Promise.all(
    all.map(async (one) => {
      const { operation, nth, at } = one.cut;
      const found = await wrongAfterRetry(stage, one);
      return found.map((what) => `${one.title}: ${operation} ${nth} ${at}: ${what}`);
    }),
  );
  return wrong.flat();
}

async function wrongAfterRetry(
  stage: Stage,
  { scenario, whole, names, request, before, ended, state, outcomes }: CutOff,
): Promise<readonly string[]> {
  const ask = clientOf(stage);
  const { status, body } = await ask(request);
  const after = cutState(stage.pool, names);
  const shown = await cutShown(ask, names);
  const isHalf = state !== before && state !== whole.state;
  return [
    ...(ended === "cut off" ? [] : [`the request was ${ended}`]),
    ...(isHalf && outcomes?.includes("partial") === false && scenario.several !== true
      ? [`half is done (${state}), and the recovery says ${outcomes.join()}`]
      : []),
    ...(status === scenario.status || status === scenario.again
      ? []
      : [`the retry is answered with ${status} ${JSON.stringify(body)}`]),
    ...(after === whole.state ? [] : [`after the retry the pool has ${after}`]),
    ...(shown === whole.shown ? [] : [`after the retry SCIM shows ${shown}`]),
  ];
}

/** What is wrong when the answer to one write gets lost, and the client tries again as long as it is not answered. */
async function wrongAfterLoss(
  stage: Stage,
  scenario: ScimCutScenario,
  whole: Undisturbed,
  { operation, nth }: Omit<Cut, "at">,
  names: CutNames,
): Promise<readonly string[]> {
  const ask = clientOf(stage);
  const request = await scenario.prepare(ask, names);
  const when = (call: CallRecord): boolean => isOf(call, stage.pool, names);
  const fault = stage.cognito.script({ operation, nth, when, cut: "after" });
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

interface Recovered {
  readonly target: string;
  readonly outcome: string;
}

/** What the killed process left, and what became of it, as `connector recover` says it. */
async function recover({ cognito, service }: Stage): Promise<readonly Recovered[]> {
  const { stdout, stderr } = await runCli([
    "recover",
    `--user-pool-id=${STAGE_POOL}`,
    `--endpoint-url=${cognito.url}`,
    `--state-dir=${service.stateDir}`,
    "--provisioning",
    "--output=json",
  ]);
  if (stdout === "") throw new Error(stderr);
  const rows: readonly Recovered[] = JSON.parse(stdout);
  return rows;
}

/** The writes of a request, each with its number among those of the same operation. */
function numbered(writes: readonly string[]): readonly Omit<Cut, "at">[] {
  return writes.map((operation, index) => ({
    operation,
    nth: writes.slice(0, index + 1).filter((name) => name === operation).length,
  }));
}

describe.for(SERVICES)(`a service that %ss, cut at writes (${DRAWN})`, ([, scenarios]) => {
  test("ends each request whole when it is killed at a write of it, or the answer to one gets lost, and the client sends it again", {
    timeout: 900_000,
  }, async () => {
    const stage = await createCutStage(scenarios[0]?.[1]);
    const losses: (() => Promise<readonly string[]>)[] = [];
    const rounds: Doomed[][] = [];
    for (const [number, [title, scenario]] of scenarios.entries()) {
      const whole = await undisturbed(stage, scenario, kind.names(`.s${number}w`));
      expect({ title, status: whole.status }).toEqual({ title, status: scenario.status });
      const writes = numbered(whole.writes);
      for (const [index, write] of drawnOf(writes, 0, title).entries()) {
        const names = kind.names(`.s${number}y${index}y`);
        losses.push(async () => {
          const found = await wrongAfterLoss(stage, scenario, whole, write, names);
          return found.map((what) => `${title}: ${what}`);
        });
      }
      const kills = writes.flatMap((write) =>
        (["request", "answer"] as const).map((at) => ({ ...write, at })),
      );
      for (const [index, cut] of drawnOf(kills, BETWEEN, title).entries()) {
        const names = kind.names(`.s${number}x${index}x`);
        (rounds[index] ??= []).push({ title, scenario, whole, cut, names });
      }
    }
    const wrong = (await Promise.all(losses.map((lose) => lose()))).flat();
    for (const [index, round] of rounds.entries()) {
      // Every other time by hand, as an operator may; else the next service does it.
      wrong.push(...(await wrongAfterKill(stage, round, (SEED + index) % 2 === 0)));
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
