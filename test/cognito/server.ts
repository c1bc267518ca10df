import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { type CredentialBook, type CredentialOptions, createCredentialBook } from "./credentials.ts";
import { type ArmedRule, type CallMatch, createFaults, type FaultRule } from "./faults.ts";
import { type Desk, handleCognito, handleSts } from "./handler.ts";
import { createHolds, type Hold } from "./holds.ts";
import { type Pool } from "./pool.ts";
import type { PoolReader } from "./pool-reader.ts";
import { createRateGate, type RateOptions } from "./rates.ts";
import { type CallRecord, createRecorder, type Recording, type Stats } from "./record.ts";
import { statsJson } from "./stats-json.ts";
import { type AssumedRole, createSts, type RoleOptions } from "./sts.ts";
import { createTokenIssuer } from "./tokens.ts";

export interface ScriptedCognitoOptions {
  /** One account; several pools may live in different Regions. */
  readonly pools: readonly PoolReader[];
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Epoch milliseconds: token lives, credential expiry, dates, consistency lags and, when given, rates. */
  readonly clock?: () => number;
  /** Which request rates are enforced; none unless given. `awsQuotas` has AWS's own. */
  readonly rates?: RateOptions;
  /** The delay of every answer. */
  readonly latencyMs?: number | ((call: CallRecord) => number);
  /** The only keys accepted; without them any key is, and its signature is taken on trust. */
  readonly credentials?: readonly CredentialOptions[];
  readonly roles?: readonly RoleOptions[];
  readonly recording?: Recording;
  readonly tokenLifeMs?: number;
  readonly tokenLengthBytes?: number;
  /** Items of a page when the call sets no Limit. */
  readonly defaultPageSize?: number;
}

export interface ScriptedCognito {
  readonly url: string;
  readonly port: number;
  readonly stats: Stats;
  readonly credentials: CredentialBook;
  readonly assumedRoles: readonly AssumedRole[];
  /** Arms a fault; see FaultRule. */
  script(rule: FaultRule): ArmedRule;
  /** Runs `then` at the nth call of an operation, before it is carried out. */
  onCall(operation: string, nth: number, then: (call: CallRecord) => void | Promise<void>): ArmedRule;
  /** Makes matching calls wait, before they are carried out ("request", the default) or after ("answer"). */
  hold(match: CallMatch, at?: "request" | "answer"): Hold;
  setLatency(latencyMs: number | ((call: CallRecord) => number)): void;
  /** Serves a connection that did not come over the network. Its answers are dated by `clock`. */
  accept(socket: Duplex): void;
  close(): Promise<void>;
}

const isStored = (pool: PoolReader): pool is Pool => "useClock" in pool;

/** A fake Amazon Cognito on 127.0.0.1. Nothing it does depends on the code under test. */
export async function startScriptedCognito(options: ScriptedCognitoOptions): Promise<ScriptedCognito> {
  const clock = options.clock ?? Date.now;
  const pools = new Map(options.pools.map((pool) => [pool.settings.id, pool]));
  const regions = new Set(options.pools.map((pool) => pool.settings.region));
  const accountId = options.pools[0]?.settings.accountId ?? "123456789012";
  for (const pool of options.pools) if (isStored(pool)) pool.useClock(clock);

  const book = createCredentialBook(accountId, options.credentials ?? [], (region) => regions.has(region));
  const sts = createSts(book, options.roles ?? []);
  const faults = createFaults();
  const holds = createHolds(faults);
  const recorder = createRecorder(options.recording ?? "all");
  let latency = options.latencyMs ?? 0;

  const desk: Desk = {
    pools,
    book,
    sts,
    faults,
    holds,
    recorder,
    gate: options.rates === undefined ? undefined : createRateGate(options.rates),
    tokens: createTokenIssuer({
      secret: "scripted",
      lifeMs: options.tokenLifeMs ?? 3_600_000,
      lengthBytes: options.tokenLengthBytes ?? 0,
    }),
    defaultPageSize: options.defaultPageSize ?? 60,
    clock,
    rateClock: options.clock ?? (() => performance.now()),
    latencyMs: (call) => (typeof latency === "number" ? latency : latency(call)),
  };

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "GET" && request.url === "/-/stats") {
      response.setHeader("content-type", "application/json");
      response.end(statsJson(recorder));
    } else if (request.method !== "POST" || request.url !== "/") {
      response.writeHead(404).end();
    } else if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true) {
      await handleSts(desk, request, response);
    } else {
      await handleCognito(desk, request, response);
    }
  }

  const accepted = new WeakSet<Duplex>();
  const server = createServer((request, response) => {
    if (accepted.has(request.socket)) response.setHeader("date", new Date(clock()).toUTCString());
    // Only a client that disconnected, or a test's own hook, can fail here.
    route(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no TCP address");
  const { port } = address;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stats: recorder,
    credentials: book,
    assumedRoles: sts.assumed,
    script: (rule) => faults.arm(rule),
    onCall: (operation, nth, then) => faults.arm({ operation, nth, run: then }),
    hold: (match, at = "request") => holds.hold(match, at),
    setLatency(latencyMs) {
      latency = latencyMs;
    },
    accept(socket) {
      accepted.add(socket);
      server.emit("connection", socket);
    },
    close: () =>
      new Promise((resolve) => {
        holds.releaseAll();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
