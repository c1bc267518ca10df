import { scimErrorOf } from "../../pkg/scim/scim-error.ts";
import type { ScimService } from "../../pkg/scim/service.ts";
import type { FaultRule } from "../cognito/faults.ts";
import { never } from "./adapter.ts";
import { mortal } from "./mortal.ts";
import {
  CUT_SETTINGS,
  type CutKind,
  cutShown,
  cutState,
  type ScimAsk,
  type ScimCutReply,
  type ScimCutScenario,
} from "./scim-cut-scenarios.ts";
import { listOf, resourcesIn, scimCall, scimStage } from "./scim-stage.ts";

// Runs of a client's request in memory that are cut off: by a kill at some moment, or by a call that fails.

export interface CutCase {
  readonly kind: CutKind;
  readonly scenario: ScimCutScenario;
}

/** The service as a client sees it, without HTTP. */
export function clientOf(service: ScimService): ScimAsk {
  async function answer({ method, path, json = {} }: Parameters<ScimAsk>[0]): Promise<ScimCutReply> {
    const [, plural = "", rest = ""] = /^\/(\w+)(?:[/?](.*))?$/.exec(path) ?? [];
    const kind = plural === "Users" ? "User" : "Group";
    if (method === "GET") {
      const filter = new URLSearchParams(rest).get("filter") ?? undefined;
      const list = await service.list(listOf(kind, filter), scimCall());
      const resources = resourcesIn(list.resources);
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

export async function begunCut({ kind, scenario }: CutCase) {
  const settings = { ...CUT_SETTINGS, ...kind.settings, ...scenario.settings };
  const stage = scimStage(kind.pool, { settings });
  const names = kind.names(".n1");
  const request = await scenario.prepare(clientOf(stage.service), names);
  const before = cutState(stage.stage.pool, names);
  const lines = stage.stage.audit.records.length;
  return { ...stage, names, request, before, lines };
}

/** The state of the pool, and what SCIM shows, after an undisturbed request. */
export async function undisturbedCut(one: CutCase) {
  const { stage, service, names, request } = await begunCut(one);
  const ask = clientOf(service);
  const from = stage.cognito.stats.calls.length;
  const { status } = await ask(request);
  const calls = stage.cognito.stats.calls.slice(from).map(({ operation }) => operation);
  return { status, calls, state: cutState(stage.pool, names), shown: await cutShown(ask, names) };
}

type Undisturbed = Awaited<ReturnType<typeof undisturbedCut>>;

/** What is wrong after the retry of a request that was cut off. */
export async function wrongAfterRetry(
  one: CutCase,
  whole: Undisturbed,
  { stage, records, names, request }: Awaited<ReturnType<typeof begunCut>>,
  ask: ScimAsk,
  takenAs?: number,
): Promise<readonly string[]> {
  const reply = await ask(request);
  const state = cutState(stage.pool, names);
  const shown = await cutShown(ask, names);
  return [
    ...(reply.status === one.scenario.status ||
    reply.status === one.scenario.again ||
    reply.status === takenAs
      ? []
      : [`the retry is answered with ${JSON.stringify(reply)}`]),
    ...(state === whole.state ? [] : [`after the retry the pool has ${state}`]),
    ...(shown === whole.shown ? [] : [`after the retry SCIM shows ${shown}`]),
    ...(stage.disk.changes.length === 0 ? [] : ["a change is still open"]),
    ...(records.begun.size === 0 ? [] : ["the request is still unfinished"]),
  ];
}

export async function wrongAfterKill(
  one: CutCase,
  whole: Undisturbed,
  at: number,
): Promise<readonly string[]> {
  const begin = await begunCut(one);
  const { stage, records, names, request, before, lines } = begin;
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
  const state = cutState(stage.pool, names);
  const outcomes = stage.audit.records.slice(lines).map(({ outcome }) => outcome);
  const isHalf = state !== before && state !== whole.state;
  // Everything was done but for the answer: a client that gets a 409 looks for what it has made.
  const takenAs = state === whole.state && records.begun.size === 0 ? 409 : undefined;
  const wrong = [
    ...(reply.status < 400 ? ["the request did not die"] : []),
    ...(isHalf &&
    !outcomes.some(
      (outcome) => outcome === "partial" || (outcome === "done" && one.scenario.several === true),
    )
      ? [`half is done, and the audit log says ${outcomes.join()}`]
      : []),
    ...(await wrongAfterRetry(one, whole, begin, clientOf(next.service), takenAs)),
  ];
  return wrong.map((what) => `${at} ${moments.at(-1)}: ${what}`);
}

export type CutFault = Pick<FaultRule, "cut" | "error">;

export const CUT_FAULTS: Readonly<Record<string, CutFault>> = {
  "cut before": { cut: "before" },
  "cut after": { cut: "after" },
  refused: { error: { name: "InvalidParameterException", message: "refused" } },
  broken: { error: { name: "InternalErrorException", status: 500 } },
};

/** One call fails so, and the client sends its request again. */
export async function wrongAfterFault(
  one: CutCase,
  whole: Undisturbed,
  index: number,
  fault: CutFault,
): Promise<readonly string[]> {
  const begin = await begunCut(one);
  const { stage, service, names, request, before } = begin;
  const armed = stage.cognito.script({ overall: stage.cognito.stats.calls.length + index + 1, ...fault });
  const ask = clientOf(service);
  const { status, body } = await ask(request);
  const state = cutState(stage.pool, names);
  const isMade = status === one.scenario.status;
  const isHalf = state !== before && state !== whole.state;
  const said = JSON.stringify(body ?? "");
  return [
    ...(armed.fired === 1 ? [] : [`the fault fired ${armed.fired} times`]),
    ...(isMade && state !== whole.state ? [`it answers ${status}, and the pool has ${state}`] : []),
    ...(!isMade && isHalf && !/\b(is|are) (done|made)\b|not known/.test(said)
      ? [`it answers ${status} ${said}, and the pool has ${state}`]
      : []),
    ...(isMade ? [] : await wrongAfterRetry(one, whole, begin, ask)),
  ];
}

/** The moments of an undisturbed request. */
export async function momentsOf(one: CutCase): Promise<number> {
  const begin = await begunCut(one);
  const { wrap, moments } = mortal(0);
  const life = begin.restarted({
    directory: wrap.directory(begin.stage.directory),
    journal: wrap.journal,
    audit: wrap.audit,
    records: wrap.scimRecords(begin.records),
  });
  await clientOf(life.service)(begin.request);
  return moments.length;
}

/** Which moments of a request, or calls, are tried. */
export type Choice = <T>(all: readonly T[]) => readonly T[];

export async function wrongAfterKills(
  one: CutCase,
  choose: Choice = (all) => all,
): Promise<readonly string[]> {
  const whole = await undisturbedCut(one);
  const count = await momentsOf(one);
  const wrong: string[] = [];
  for (const at of choose(Array.from({ length: count }, (_, index) => index + 1))) {
    wrong.push(...(await wrongAfterKill(one, whole, at)));
  }
  return wrong;
}

export async function wrongAfterFaults(
  one: CutCase,
  fault: CutFault,
  choose: Choice = (all) => all,
): Promise<readonly string[]> {
  const whole = await undisturbedCut(one);
  const wrong: string[] = [];
  for (const [index, operation] of choose([...whole.calls.entries()])) {
    const found = await wrongAfterFault(one, whole, index, fault);
    wrong.push(...found.map((what) => `${index} ${operation}: ${what}`));
  }
  return wrong;
}
