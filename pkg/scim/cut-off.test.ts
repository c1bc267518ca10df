import { describe, expect, test } from "vitest";
import type { FaultRule } from "../../test/cognito/faults.ts";
import { never } from "../../test/support/adapter.ts";
import { mortal } from "../../test/support/mortal.ts";
import {
  CUT_SETTINGS,
  cutShown,
  cutState,
  SCIM_CUTS,
  type ScimAsk,
  type ScimCutReply,
  type ScimCutScenario,
} from "../../test/support/scim-cut-scenarios.ts";
import { listOf, scimCall, scimStage } from "../../test/support/scim-stage.ts";
import type { JsonValue } from "./resource.ts";
import { scimErrorOf } from "./scim-error.ts";
import type { ScimService } from "./service.ts";

// A client's request that is cut off: by a kill at every moment, and by a lost answer of every call.

const TAG = ".n1";

/** The service as a client sees it, without HTTP. */
function clientOf(service: ScimService): ScimAsk {
  async function answer({ method, path, json = {} }: Parameters<ScimAsk>[0]): Promise<ScimCutReply> {
    const [, plural = "", rest = ""] = /^\/(\w+)(?:[/?](.*))?$/.exec(path) ?? [];
    const kind = plural === "Users" ? "User" : "Group";
    if (method === "GET") {
      const filter = new URLSearchParams(rest).get("filter") ?? undefined;
      const list = await service.list(listOf(kind, filter), scimCall());
      const resources: JsonValue = JSON.parse(list.resources);
      return { status: 200, body: { Resources: resources } };
    }
    if (method === "POST") return { status: 201, body: await service.create(kind, json, scimCall()) };
    if (method === "PUT") return { status: 200, body: await service.replace(kind, rest, json, scimCall()) };
    if (method === "PATCH") {
      const body = await service.patch(kind, rest, json, scimCall());
      return kind === "User" ? { status: 200, body } : { status: 204, body: undefined };
    }
    await service.remove(kind, rest, scimCall());
    return { status: 204, body: undefined };
  }
  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      const { status, detail } = scimErrorOf(error);
      return { status, body: { detail } };
    }
  };
}

async function begun({ settings, prepare }: ScimCutScenario) {
  const stage = scimStage({}, { settings: { ...CUT_SETTINGS, ...settings } });
  const request = await prepare(clientOf(stage.service), TAG);
  const before = cutState(stage.stage.pool, TAG);
  const lines = stage.stage.audit.records.length;
  return { ...stage, request, before, lines };
}

/** The state of the pool, and what SCIM shows, after an undisturbed request. */
async function undisturbed(scenario: ScimCutScenario) {
  const { stage, service, request } = await begun(scenario);
  const ask = clientOf(service);
  const from = stage.cognito.stats.calls.length;
  const { status } = await ask(request);
  const calls = stage.cognito.stats.calls.slice(from).map(({ operation }) => operation);
  return { status, calls, state: cutState(stage.pool, TAG), shown: await cutShown(ask, TAG) };
}

type Undisturbed = Awaited<ReturnType<typeof undisturbed>>;

/** What is wrong after the retry of a request that was cut off. */
async function wrongAfterRetry(
  scenario: ScimCutScenario,
  whole: Undisturbed,
  { stage, records, request }: Awaited<ReturnType<typeof begun>>,
  ask: ScimAsk,
  takenAs?: number,
): Promise<readonly string[]> {
  const reply = await ask(request);
  const state = cutState(stage.pool, TAG);
  const shown = await cutShown(ask, TAG);
  return [
    ...(reply.status === scenario.status || reply.status === scenario.again || reply.status === takenAs
      ? []
      : [`the retry is answered with ${JSON.stringify(reply)}`]),
    ...(state === whole.state ? [] : [`after the retry the pool has ${state}`]),
    ...(shown === whole.shown ? [] : [`after the retry SCIM shows ${shown}`]),
    ...(stage.disk.changes.length === 0 ? [] : ["a change is still open"]),
    ...(records.unfinished.size === 0 ? [] : ["the request is still unfinished"]),
  ];
}

async function killedAtMoment(
  scenario: ScimCutScenario,
  whole: Undisturbed,
  at: number,
): Promise<readonly string[]> {
  const begin = await begun(scenario);
  const { stage, records, request, before, lines } = begin;
  const { wrap, moments } = mortal(at);
  const doomed = begin.restarted({
    directory: wrap.directory(stage.directory),
    journal: wrap.journal,
    audit: wrap.audit,
    records: wrap.scimRecords(records),
  });
  const reply = await clientOf(doomed.service)(request);
  doomed.process.journal.die();
  const next = begin.restarted();
  await next.process.provisioner.recover(never);
  const state = cutState(stage.pool, TAG);
  const outcomes = stage.audit.records.slice(lines).map(({ outcome }) => outcome);
  const isHalf = state !== before && state !== whole.state;
  // Everything was done but for the answer: a client that gets a 409 looks for what it has made.
  const takenAs = state === whole.state && records.unfinished.size === 0 ? 409 : undefined;
  const wrong = [
    ...(reply.status < 400 ? ["the request did not die"] : []),
    ...(isHalf && !outcomes.some((one) => one === "partial" || (one === "done" && scenario.several === true))
      ? [`half is done, and the audit log says ${outcomes.join()}`]
      : []),
    ...(await wrongAfterRetry(scenario, whole, begin, clientOf(next.service), takenAs)),
  ];
  return wrong.map((what) => `${at} ${moments.at(-1)}: ${what}`);
}

type Fault = Pick<FaultRule, "cut" | "error">;

const FAULTS: Readonly<Record<string, Fault>> = {
  "cut before": { cut: "before" },
  "cut after": { cut: "after" },
  refused: { error: { name: "InvalidParameterException", message: "refused" } },
  broken: { error: { name: "InternalErrorException", status: 500 } },
};

/** One call fails so, and the client sends its request again. */
async function wrongAfterFault(
  scenario: ScimCutScenario,
  whole: Undisturbed,
  index: number,
  fault: Fault,
): Promise<readonly string[]> {
  const begin = await begun(scenario);
  const { stage, service, request, before } = begin;
  const armed = stage.cognito.script({ overall: stage.cognito.stats.calls.length + index + 1, ...fault });
  const ask = clientOf(service);
  const { status, body } = await ask(request);
  const state = cutState(stage.pool, TAG);
  const isMade = status === scenario.status;
  const isHalf = state !== before && state !== whole.state;
  const said = JSON.stringify(body ?? "");
  return [
    ...(armed.fired === 1 ? [] : [`the fault fired ${armed.fired} times`]),
    ...(isMade && state !== whole.state ? [`it answers ${status}, and the pool has ${state}`] : []),
    ...(!isMade && isHalf && !/\b(is|are) (done|made)\b|not known/.test(said)
      ? [`it answers ${status} ${said}, and the pool has ${state}`]
      : []),
    ...(isMade ? [] : await wrongAfterRetry(scenario, whole, begin, ask)),
  ];
}

describe.for(Object.entries(SCIM_CUTS))("%s", ([, scenario]) => {
  test("is answered when it is not disturbed", async () => {
    const { status, calls } = await undisturbed(scenario);
    expect(status).toBe(scenario.status);
    expect(calls.length).toBeGreaterThan(1);
  });

  test("cut off by a kill at every moment, ends whole when the client sends it again", async () => {
    const whole = await undisturbed(scenario);
    const begin = await begun(scenario);
    const { wrap, moments } = mortal(0);
    const { stage, records } = begin;
    const life = begin.restarted({
      directory: wrap.directory(stage.directory),
      journal: wrap.journal,
      audit: wrap.audit,
      records: wrap.scimRecords(records),
    });
    await clientOf(life.service)(begin.request);
    const wrong: string[] = [];
    for (let at = 1; at <= moments.length; at += 1)
      wrong.push(...(await killedAtMoment(scenario, whole, at)));
    expect(wrong).toEqual([]);
  });

  test.for(Object.entries(FAULTS))(
    "with any one call %s, is whole, or not done, or says what is done, and whole on a retry",
    async ([, fault]) => {
      const whole = await undisturbed(scenario);
      const wrong: string[] = [];
      for (const [index, operation] of whole.calls.entries()) {
        const found = await wrongAfterFault(scenario, whole, index, fault);
        wrong.push(...found.map((what) => `${index} ${operation}: ${what}`));
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe("a password that is refused", () => {
  const scenario = SCIM_CUTS["POST of a user with attributes, password and groups"];
  if (scenario === undefined) throw new Error("no such request");
  const refused: Fault = { error: { name: "InvalidPasswordException", message: "too weak" } };

  test("leaves no user, and a better one is taken", async () => {
    const begin = await begun(scenario);
    const { stage, service, request, before } = begin;
    stage.cognito.script({ operation: "AdminSetUserPassword", nth: 1, ...refused });
    const ask = clientOf(service);
    expect(await ask(request)).toMatchObject({ status: 400 });
    expect(cutState(stage.pool, TAG)).toBe(before);
    expect(await ask(request)).toMatchObject({ status: 201 });
  });

  test("of a user that cannot be deleted again is said, and the retry makes that user whole", async () => {
    const whole = await undisturbed(scenario);
    const begin = await begun(scenario);
    const { stage, service, request } = begin;
    stage.cognito.script({ operation: "AdminSetUserPassword", nth: 1, ...refused });
    stage.cognito.script({ operation: "AdminDeleteUser", nth: 1, error: { name: "AccessDeniedException" } });
    const ask = clientOf(service);
    const { status, body } = await ask(request);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(body)).toMatch(/AdminCreateUser is done/);
    expect(await wrongAfterRetry(scenario, whole, begin, ask)).toEqual([]);
  });
});
