import { createHash, randomInt, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { machineBootClock } from "../../cmd/connector/process/boot-clock.ts";
import type { CredentialOptions } from "../../pkg/cognito/options.ts";
import type { Connector } from "../../pkg/connector/connector.ts";
import type { Directory } from "../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../pkg/core/directory-writer.ts";
import type { Journal } from "../../pkg/core/journal.ts";
import type { ProvisioningSettings } from "../../pkg/core/provisioning-settings.ts";
import { type AuditWriter, openAuditLog } from "../../pkg/ops/audit/audit-log.ts";
import { type AuditLine, parseLine } from "../../pkg/ops/audit/parse-line.ts";
import { createProvisioner } from "../../pkg/provision/create-provisioner.ts";
import type { Provisioner } from "../../pkg/provision/provisioner.ts";
import { openJournal } from "../../pkg/store/journal/journal.ts";
import { recordingJournal } from "../../pkg/store/journal/recording-journal.ts";
import { createPool, type Pool, type PoolDefinition } from "../cognito/pool.ts";
import {
  type ScriptedCognito,
  type ScriptedCognitoOptions,
  startScriptedCognito,
} from "../cognito/server.ts";
import { POLICY, STAGE_POOL, writesIn } from "./provision-stage.ts";
import { createRig } from "./rig.ts";

/** A connector process over sockets and files, as far as one process can imitate it. */
export interface WholeProcess {
  readonly connector: Connector;
  readonly provisioner: Provisioner;
  readonly journal: Journal;
  /** The audit log's file. */
  readonly auditPath: string;
  close(): Promise<void>;
}

export interface WholeOptions {
  readonly policy?: Partial<ProvisioningSettings>;
  readonly userIdKind?: "sub" | "username";
  /** By default, keys that any server accepts. */
  readonly credentials?: (url: string) => CredentialOptions;
  /** Between the changes and what they work with. */
  readonly wrap?: {
    readonly directory?: (inner: Directory & DirectoryWriter) => Directory & DirectoryWriter;
    readonly journal?: (inner: Journal) => Journal;
    readonly audit?: (inner: AuditWriter) => AuditWriter;
  };
  /** The pauses until a new account is visible; real ones unless given. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** As the program composes it, over the server at the address and the files of the directory. */
function openProcess(url: string, dir: string, options: WholeOptions): WholeProcess {
  const poolId = STAGE_POOL;
  const { wrap = {} } = options;
  const now = Date.now;
  const credentials = options.credentials?.(url);
  const rig = createRig({ url, poolId, ...(credentials === undefined ? {} : { credentials }) });
  const pause =
    options.sleep ??
    (async (ms: number, signal: AbortSignal): Promise<void> => {
      await sleep(ms, undefined, { signal });
    });
  const file = openJournal({ dir, poolId, now, bootClock: machineBootClock(), sleep: pause });
  const auditPath = join(dir, `${poolId}.audit.jsonl`);
  const opened = openAuditLog({ path: auditPath, now });
  const audit = wrap.audit?.(opened) ?? opened;
  const journal = recordingJournal(file, (line) => audit.append(line));
  const provisioner = createProvisioner({
    directory: wrap.directory?.(rig.directory) ?? rig.directory,
    poolId,
    userIdKind: options.userIdKind ?? "sub",
    policy: { ...POLICY, ...options.policy },
    journal: wrap.journal?.(journal) ?? journal,
    audit: { outcomeOf: async (change) => audit.outcomeOf(change) },
    now,
    newId: randomUUID,
    randomBelow: (bound) => randomInt(bound),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    sleep: pause,
  });
  return {
    connector: rig.connector,
    provisioner,
    journal,
    auditPath,
    async close() {
      await journal.end();
      await rig.close();
    },
  };
}

export interface WholeStage extends WholeProcess {
  readonly pool: Pool;
  readonly cognito: ScriptedCognito;
  readonly dir: string;
  /** The writes that arrived at the server, in order. */
  writes(): readonly string[];
  /** The lines of the audit log. */
  audit(): readonly AuditLine[];
  /** Another process on the same state directory. */
  process(over?: WholeOptions): WholeProcess;
}

function auditLine(line: string): AuditLine {
  const value: unknown = JSON.parse(line);
  const parsed = typeof value === "object" && value !== null ? parseLine({ ...value }) : undefined;
  if (parsed === undefined) throw new Error(`not a line of an audit log: ${line}`);
  return parsed;
}

const open: (() => Promise<void> | void)[] = [];

/** Closes everything that was opened, newest first. */
export async function strike(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
}

/** A scripted pool and the changes over it, with the real adapter, journal and audit log. */
export async function createWholeStage(
  definition: Partial<PoolDefinition> = {},
  over: WholeOptions = {},
  serverOptions: Partial<ScriptedCognitoOptions> = {},
): Promise<WholeStage> {
  const dir = mkdtempSync(join(tmpdir(), "connector-changes-"));
  open.push(() => rmSync(dir, { recursive: true, force: true }));
  const pool = createPool({ id: STAGE_POOL, ...definition });
  const cognito = await startScriptedCognito({ pools: [pool], ...serverOptions });
  open.push(() => cognito.close());
  const process = (more: WholeOptions = {}): WholeProcess => {
    const one = openProcess(cognito.url, dir, { ...over, ...more });
    open.push(() => one.close());
    return one;
  };
  return {
    ...process(),
    pool,
    cognito,
    dir,
    process,
    writes: () => writesIn(cognito.stats),
    audit: () =>
      readFileSync(join(dir, `${STAGE_POOL}.audit.jsonl`), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map(auditLine),
  };
}
