import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { CredentialBook } from "./credentials.ts";
import { AwsError, poolNotFound, tooManyRequests } from "./errors.ts";
import { type Effects, type Faults, faultError } from "./faults.ts";
import type { Holds } from "./holds.ts";
import { operations } from "./operations/all.ts";
import type { Operation } from "./operations/operation.ts";
import type { PoolReader } from "./pool-reader.ts";
import type { RateGate } from "./rates.ts";
import type { CallRecord, Recorder } from "./record.ts";
import type { SignedRequest } from "./sigv4.ts";
import { type Sts, stsErrorXml } from "./sts.ts";
import type { TokenIssuer } from "./tokens.ts";
import { type Input, optionalText, textOf, validate } from "./validate.ts";
import { type Answer, errorAnswer, okAnswer, readBody, send, sendHalf } from "./wire.ts";

/** The parts that answer one call; the server owns them. */
export interface Desk {
  readonly pools: ReadonlyMap<string, PoolReader>;
  readonly book: CredentialBook;
  readonly sts: Sts;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly gate: RateGate | undefined;
  readonly tokens: TokenIssuer;
  readonly recorder: Recorder;
  readonly defaultPageSize: number;
  clock(): number;
  rateClock(): number;
  latencyMs(call: CallRecord): number;
}

const prefix = "AWSCognitoIdentityProviderService.";

// Kept at load time, so that a test's fake timers do not stop the server.
const { setTimeout: startTimer } = globalThis;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => startTimer(resolve, ms));

function parseJson(body: Buffer): Input | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** 20261118T080000Z, in epoch milliseconds. */
function amzDateMs(text: string | string[] | undefined): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(String(text));
  if (found === null) return undefined;
  const [, year, month, ...rest] = found.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, ...rest);
}

function fillIn(call: CallRecord, input: Input | undefined, request: IncomingMessage): void {
  call.input = input;
  call.poolId = input && optionalText(input, "UserPoolId");
  call.group = input && optionalText(input, "GroupName");
  call.username = input && optionalText(input, "Username");
  call.accessKeyId = /\bCredential=([^/]+)\//u.exec(request.headers.authorization ?? "")?.[1];
  call.userAgent = request.headers["user-agent"];
  call.signedMs = amzDateMs(request.headers["x-amz-date"]);
}

/** Authentication, permission, rate, shape, existence: in the order in which AWS checks them. */
function carryOut(
  desk: Desk,
  call: CallRecord,
  operation: Operation,
  signed: SignedRequest,
  bend: Effects & { token(real: string): string },
): string {
  const principal = desk.book.authenticate(signed, call.clockMs);
  const pool = desk.pools.get(call.poolId ?? "");
  const arn =
    pool?.settings.arn ?? `arn:aws:cognito-idp:${principal.region}:000000000000:userpool/${call.poolId}`;
  desk.book.assertAllowed(principal, operation.name, arn);
  const subject = { operation: operation.name, category: operation.category, writes: operation.writes };
  const { poolId = "", username } = call;
  if (desk.gate?.admit({ ...subject, poolId, username }, desk.rateClock()) === false) throw tooManyRequests();
  if (call.input === undefined) throw new AwsError("SerializationException", "Unexpected end of input");
  const input = validate(call.input, operation.members);
  if (pool === undefined || pool.settings.region !== principal.region) {
    throw poolNotFound(textOf(input, "UserPoolId"));
  }
  const { replica } = pool.settings;
  if (replica === "all" || (replica === "writes" && operation.writes)) {
    throw new AwsError(
      "OperationNotEnabledException",
      "Operation is not enabled in this Region for this user pool.",
    );
  }
  return operation.run({
    operation: operation.name,
    pool,
    input,
    clockMs: call.clockMs,
    tokens: desk.tokens,
    defaultPageSize: desk.defaultPageSize,
    bend: {
      maxItems: bend.shortPage,
      trailingToken: bend.trailingToken === true,
      token: (real) => bend.token(real),
    },
  });
}

interface Result {
  readonly answer: Answer;
  readonly outcome: string;
}

function failed(error: unknown): Result {
  if (error instanceof AwsError) return { answer: errorAnswer(error), outcome: error.code };
  // A bug of this server must not look like a scripted fault.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { answer: errorAnswer(new AwsError("ScriptedServerBug", text, 500)), outcome: "ScriptedServerBug" };
}

function settle(
  desk: Desk,
  call: CallRecord,
  operation: Operation | undefined,
  signed: SignedRequest,
  effects: Effects & { token(real: string): string },
): Result {
  try {
    const fault = faultError(effects);
    if (fault !== undefined) throw fault;
    if (effects.answer !== undefined) {
      const { status, body, contentType = "text/html" } = effects.answer;
      return {
        answer: { status, body, headers: { "content-type": contentType } },
        outcome: `HTTP ${status}`,
      };
    }
    if (operation === undefined) throw new AwsError("UnknownOperationException", "");
    const body = desk.recorder.carryOut(call, () => carryOut(desk, call, operation, signed, effects));
    call.done = true;
    if (effects.malformed === true) {
      return {
        answer: okAnswer(`${body.slice(0, Math.ceil(body.length / 2))}\u0000<`),
        outcome: "malformed",
      };
    }
    if (effects.rewrite === undefined) return { answer: okAnswer(body), outcome: "ok" };
    return { answer: okAnswer(JSON.stringify(effects.rewrite(JSON.parse(body)))), outcome: "ok" };
  } catch (error) {
    return failed(error);
  }
}

/** The newest call of each connection. */
const newest = new WeakMap<Socket, CallRecord>();

/** One call of the Cognito API, from its first byte to its last. */
export async function handleCognito(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.headers["x-amz-target"];
  const name = typeof target === "string" && target.startsWith(prefix) ? target.slice(prefix.length) : "";
  const operation = operations.get(name);
  const requestId = randomUUID();
  const call = desk.recorder.begin(
    name === "" ? "unknown" : name,
    operation?.category,
    requestId,
    desk.clock(),
  );
  response.on("close", () => desk.recorder.finish(call, "client-gone"));
  const before = newest.get(request.socket);
  if (before !== undefined) before.received = true;
  newest.set(request.socket, call);

  const body = await readBody(request);
  fillIn(call, parseJson(body), request);
  const effects = desk.faults.effectsOn(call);
  await effects.run?.(call);
  await desk.holds.pause(call, "request");
  const cut = (outcome: string): void => {
    desk.recorder.finish(call, outcome);
    request.socket.destroy();
  };
  if (effects.cut === "before") {
    cut("cut-before");
    return;
  }
  const signed = { path: "/", query: "", headers: request.headers, body };
  const { answer, outcome } = settle(desk, call, operation, signed, effects);
  const waitMs = desk.latencyMs(call) + (effects.delayMs ?? 0);
  if (waitMs > 0) await sleep(waitMs);
  await desk.holds.pause(call, "answer");
  if (effects.cut === "after") {
    cut("cut-after");
  } else if (effects.cut === "mid-answer") {
    desk.recorder.finish(call, "truncated");
    sendHalf(response, requestId, answer);
  } else if (!response.destroyed) {
    desk.recorder.finish(call, outcome);
    send(response, requestId, answer);
  }
}

/** STS AssumeRole. Not part of the call records: it is another service's quota. */
export async function handleSts(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const requestId = randomUUID();
  const headers = { "content-type": "text/xml" };
  try {
    const signed = { path: "/", query: "", headers: request.headers, body };
    const principal = desk.book.authenticate(signed, desk.clock());
    const xml = desk.sts.answer(new URLSearchParams(body.toString("utf8")), principal, desk.clock());
    send(response, requestId, { status: 200, headers, body: xml });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    send(response, requestId, { status: error.status, headers, body: stsErrorXml(error, requestId) });
  }
}
