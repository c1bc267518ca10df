// One bad day of the running service: whole processes over the scripted Cognito.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { auditLogPath } from "../../pkg/ops/audit/audit-log.ts";
import { verifyAuditFile } from "../../pkg/ops/audit/verify-audit-file.ts";
import { journalDatabasePath } from "../../pkg/store/journal/state-directory.ts";
import type { CredentialBook } from "../cognito/credentials.ts";
import { startScriptedCognito } from "../cognito/server.ts";
import { MAIN, startCliAt } from "../support/connector-cli.ts";
import { type CredentialSource, startCredentialSource } from "../support/credential-source.ts";
import { startPlatform } from "../support/platform-server.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import { freePort } from "../support/programs.ts";
import { startRedis } from "../support/redis-server.ts";
import { probeAlive } from "./serve-alive.ts";
import { playActor, playReader } from "./serve-callers.ts";
import { armDay } from "./serve-faults.ts";
import { followPool } from "./serve-follow.ts";
import { type DayHistory, judgeDay, seenOf } from "./serve-history.ts";
import {
  type DayInventory,
  inventoryInFile,
  inventoryInPostgres,
  POSTGRES_PASSWORD,
} from "./serve-inventory.ts";
import { readAudit } from "./serve-judge-records.ts";
import { nameKey } from "./serve-keys.ts";
import { type ChangeEntry, createLedger, type Ledger } from "./serve-ledger.ts";
import type { FaultKind, Reader, ServeDay } from "./serve-plan.ts";
import { poolOfServeDay, SERVE_POOL } from "./serve-pool.ts";
import { keepService, type Service } from "./serve-service.ts";
import { followSyncs } from "./serve-syncs.ts";
import { isNow } from "./serve-truth.ts";
import { tokenOf, type World } from "./serve-world.ts";

export interface DayOptions {
  /** The program, where it is not the one of this repository. */
  readonly main?: string;
  /** A server in which a day makes a database of its own. */
  readonly postgres?: PostgresServer;
}

export interface DayReport {
  readonly day: ServeDay;
  readonly differences: readonly string[];
  readonly met: ReadonlyMap<FaultKind, number>;
  readonly ledger: Ledger;
  readonly requests: number;
  readonly processes: number;
  readonly tookMs: number;
  readonly history: DayHistory;
}

const never = new AbortController().signal;
const LAST_READER: Reader = { name: "r0", front: "grpc", rounds: 1, pageSize: 0 };
let days = 0;

export async function playServeDay(day: ServeDay, options: DayOptions = {}): Promise<DayReport> {
  const main = options.main ?? MAIN;
  const beganMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), "bad-day-"));
  const stateDir = join(folder, "state");
  const pool = poolOfServeDay(day);
  const people = pool.allUsers().map(({ username, sub }) => ({ username, sub }));
  const groups = pool.groups(-1, 1_000).items.map(({ name }) => name);
  const cognito = await startScriptedCognito({
    pools: [pool],
    latencyMs: day.latencyMs,
    // Then only the keys of their source are accepted.
    ...(day.keys === "static" ? {} : { credentials: [{ accessKeyId: "AKIDOTHER" }] }),
  });
  const source = await sourceOf(day, cognito.credentials, folder);
  const followed = followPool(pool, Date.now, () => cognito.stats.carriedOut);
  cognito.script({ shortPage: day.pageItems });
  const platform = day.platform ? await startPlatform() : undefined;
  const redis = day.redis ? await startRedis() : undefined;
  const { postgres } = options;
  const ledger = createLedger();
  const [scimPort, healthPort] = [await freePort(), await freePort()];
  const grpc = `unix:${join(folder, "s")}`;
  // Who reads at the end of each day calls too: the service does not start without a token.
  const callers = new Set([...day.actors, ...day.readers, LAST_READER].map(({ name }) => name));
  writeFileSync(join(folder, "tokens"), [...callers].map(tokenLine).join(""), { mode: 0o600 });
  if (platform !== undefined) writeFileSync(join(folder, "ca.pem"), platform.certificate);
  days += 1;
  const database = `day_${process.pid}_${days}`;
  const inventory = await inventoryOf(day, { folder, postgres, database });
  const file = join(folder, "pool.c1z");

  const common = [`--user-pool-id=${SERVE_POOL}`, `--endpoint-url=${cognito.url}`, `--state-dir=${stateDir}`];
  const args = [
    "serve",
    ...common,
    `--listen=${grpc}`,
    "--provisioning",
    "--log-format=json",
    `--auth-tokens-file=${join(folder, "tokens")}`,
    `--rate=${day.rate}`,
    "--patience-seconds=5",
    "--http-timeout-seconds=1",
    "--max-queue-seconds=5",
    "--grace-seconds=5",
    "--health-check",
    `--health-check-port=${healthPort}`,
    `--file=${file}`,
    "--accept-shrink",
    ...(day.scheduled === "none" ? [] : ["--sync-every=1m"]),
    ...(day.scheduled === "inventory" || day.scheduled === "both"
      ? [`--inventory=${inventory.setting}`]
      : []),
    ...(day.scim
      ? ["--scim", `--scim-listen=127.0.0.1:${scimPort}`, "--scim-rate=1000", "--scim-password=permanent"]
      : []),
    ...(redis === undefined
      ? []
      : [`--redis-url=redis://127.0.0.1:${redis.port}`, "--aws-account-id=123456789012"]),
  ];
  const env = {
    PGPASSWORD: POSTGRES_PASSWORD,
    ...source?.env,
    ...(platform === undefined
      ? {}
      : {
          BATON_CLIENT_ID: platform.clientId,
          BATON_CLIENT_SECRET: platform.clientSecret,
          SSL_CERT_FILE: join(folder, "ca.pem"),
        }),
  };
  const syncs = followSyncs(ledger, { file, inventory });
  const service = keepService({
    main,
    args,
    env,
    ready: ["serving gRPC", "serving health and metrics", ...(day.scim ? ["serving SCIM"] : [])],
    onLine: (line) => syncs.line(line),
  });
  const world: World = {
    day,
    pool,
    cognito,
    followed,
    ledger,
    service,
    platform,
    people,
    groups,
    grpc,
    scim: `http://127.0.0.1:${scimPort}/scim/v2`,
    folder,
  };
  const alive = probeAlive(service, `http://127.0.0.1:${healthPort}/livez`);
  const armed = armDay(world, { source, redis, postgres });
  try {
    await allOf(
      [
        ...day.actors.map((actor) => [actor.name, playActor(world, actor)] as const),
        ...day.readers.map((reader) => [reader.name, playReader(world, reader, beganMs)] as const),
      ],
      ledger,
    );
    await armed.calm();
    await playReader(world, LAST_READER, beganMs);
    if (platform !== undefined) {
      await playReader(world, { name: "rp", front: "platform", rounds: 1, pageSize: 0 }, beganMs);
    }
    if (day.scheduled !== "none") await oncePublished(day, service, syncs);
    ledger.differences.push(...(await alive.close()));
    const ended = await service.stop(true);
    if (ended !== undefined && ended.code !== 0) {
      ledger.differences.push(
        `at its end SIGTERM ended it with ${String(ended?.code)}: ${ended?.stderr.slice(-400)}`,
      );
    }
    await syncs.done();
    const calls = cognito.stats.calls.map(seenOf);
    const recovery = [...common, "--provisioning"];
    ledger.differences.push(...(await recovered(main, recovery, { stateDir, env: source?.env ?? {} })));
    const verified = await verifyAuditFile(auditLogPath(stateDir, SERVE_POOL), {}, never).catch(
      () => undefined,
    );
    const history: DayHistory = {
      day,
      changes: ledger.changes,
      readings: ledger.readings,
      refusals: ledger.refusals,
      longestMs: [...ledger.longestMs],
      times: [...followed.times],
      transitions: followed.transitions,
      calls,
      starts: service.starts,
      pausedMs: alive.pausedMs(),
      audit: readAudit(auditLogPath(stateDir, SERVE_POOL)),
      noted: [
        ...service.surprises,
        ...ledger.differences,
        ...halfMade(ledger.changes, world),
        ...(verified?.problems ?? []).map(({ line, problem }) => `line ${line} of the audit log ${problem}`),
      ],
      log: service.log(),
    };
    return {
      day,
      differences: judgeDay(history),
      history,
      met: withExpired(armed.met, source),
      ledger,
      requests: calls.length,
      processes: service.starts.length,
      tookMs: Date.now() - beganMs,
    };
  } finally {
    await alive.close();
    await end(service);
    await cognito.close();
    await source?.close();
    await platform?.close();
    redis?.resume();
    await redis?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sourceOf(
  { keys, keysLiveMs }: ServeDay,
  book: CredentialBook,
  folder: string,
): Promise<CredentialSource | undefined> {
  if (keys === "static") return undefined;
  return await startCredentialSource({
    kind: keys,
    book,
    tokenFile: join(folder, "web-identity"),
    lifeMs: keysLiveMs,
  });
}

/** The sets of keys that have expired count as faults that were met. */
function withExpired(
  met: ReadonlyMap<FaultKind, number>,
  source: CredentialSource | undefined,
): ReadonlyMap<FaultKind, number> {
  const now = Date.now();
  const expired = source?.issued.filter(({ expiresAtMs }) => expiresAtMs <= now).length ?? 0;
  return expired === 0 ? met : new Map([...met, ["keys-expired", expired]]);
}

/** Where every sync of the day has failed, the next one is a minute away: a process that begins syncs at once. */
async function oncePublished(
  { scheduled }: ServeDay,
  service: Pick<Service, "kill" | "up">,
  syncs: Pick<ReturnType<typeof followSyncs>, "idle" | "hasPublished">,
): Promise<void> {
  await syncs.idle();
  if (syncs.hasPublished(scheduled === "file" ? "file" : "inventory")) return;
  await service.kill();
  await service.up();
  await syncs.idle();
}

async function inventoryOf(
  day: ServeDay,
  {
    folder,
    postgres,
    database,
  }: {
    readonly folder: string;
    readonly postgres: PostgresServer | undefined;
    readonly database: string;
  },
): Promise<DayInventory> {
  if (!day.postgres) return inventoryInFile(join(folder, "pool.db"));
  if (postgres === undefined) throw new Error("no PostgreSQL on this day");
  await postgres.createDatabase(database, POSTGRES_PASSWORD);
  return inventoryInPostgres(postgres, database);
}

const DAY_LIMIT_MS = 600_000;

/** Nobody waits for ever: a caller that is not done by then is named. */
async function allOf(callers: readonly (readonly [string, Promise<void>])[], ledger: Ledger): Promise<void> {
  const waiting = new Set(callers.map(([name]) => name));
  const all = Promise.all(callers.map(([name, work]) => work.finally(() => waiting.delete(name))));
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DAY_LIMIT_MS);
  await Promise.race([all, promise]);
  clearTimeout(timer);
  if (waiting.size > 0)
    ledger.differences.push(`still waiting after ${DAY_LIMIT_MS} ms: ${[...waiting].join(", ")}`);
}

const tokenLine = (name: string): string =>
  `provision ${createHash("sha256").update(tokenOf(name)).digest("hex")} ${name}\n`;

async function end(service: Service): Promise<void> {
  await service.stop(true);
}

/** The journal ends what was begun: by itself, or by the command for that. */
async function recovered(
  main: string,
  args: readonly string[],
  { stateDir, env }: { readonly stateDir: string; readonly env: Readonly<Record<string, string>> },
): Promise<readonly string[]> {
  if (openChanges(stateDir) === 0) return [];
  const { code, stderr } = await startCliAt(main, ["recover", ...args, "--output=json"], env).result;
  const open = openChanges(stateDir);
  return code === 0 && open === 0
    ? []
    : [`recover ended with ${String(code)}, ${open} changes are open: ${stderr.trim()}`];
}

function openChanges(stateDir: string): number {
  try {
    const database = new DatabaseSync(journalDatabasePath(stateDir, SERVE_POOL), { readOnly: true });
    const row = database.prepare("SELECT count(*) AS open FROM changes").get();
    database.close();
    return Number(row?.["open"]);
  } catch {
    return 0;
  }
}

/** An account whose creation was cut off is whole, or gone: nobody has its password. */
function halfMade(changes: readonly ChangeEntry[], { pool, followed }: World): readonly string[] {
  const creations = changes.filter(({ kind }) => kind === "create-user");
  return creations.flatMap(({ username, said }) => {
    const same = creations.filter((one) => one.username === username);
    const isExcused = same.some((one) => !one.password || one.said === "unknown");
    if (isExcused || !isNow(followed, nameKey(username))) return [];
    const { status } = pool.stored(username) ?? {};
    return status === "CONFIRMED"
      ? []
      : [`the account ${username} is left in the state ${String(status)}, answered ${said}`];
  });
}
