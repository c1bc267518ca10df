import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditLine, parseLine } from "../../pkg/ops/audit/parse-line.ts";
import type { WriteContext } from "../../pkg/provision/context.ts";
import { createPool, type Pool, type PoolDefinition } from "../cognito/pool.ts";
import {
  type ScriptedCognito,
  type ScriptedCognitoOptions,
  startScriptedCognito,
} from "../cognito/server.ts";
import { createProvisionRig, type ProvisionRig, type ProvisionRigOptions } from "./provision-rig.ts";

export const STAGE_POOL = "us-east-1_Ab129faBb";

export const asked: WriteContext = { requester: { via: "cli", name: "test" }, dryRun: false };
export const dryRun: WriteContext = { ...asked, dryRun: true };

export interface Stage extends ProvisionRig {
  readonly pool: Pool;
  readonly server: ScriptedCognito;
  readonly dir: string;
  /** The writes that arrived at the server, in order. */
  writes(): readonly string[];
  /** The lines of the audit log. */
  audit(): readonly AuditLine[];
  /** A second process on the same state directory, as far as one process can tell. */
  another(over?: Partial<ProvisionRigOptions>): ProvisionRig;
}

function auditLine(line: string): AuditLine {
  const value: unknown = JSON.parse(line);
  const parsed = typeof value === "object" && value !== null ? parseLine({ ...value }) : undefined;
  if (parsed === undefined) throw new Error(`no line of an audit log: ${line}`);
  return parsed;
}

const WRITES = /^(Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

const open: (() => Promise<void> | void)[] = [];

/** Takes down everything that was set up, newest first. */
export async function strike(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
}

/** A scripted pool and the changes over it, with the real journal and audit log in a directory of their own. */
export async function setStage(
  definition: Partial<PoolDefinition> = {},
  over: Partial<ProvisionRigOptions> = {},
  serverOptions: Partial<ScriptedCognitoOptions> = {},
): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), "connector-changes-"));
  open.push(() => rmSync(dir, { recursive: true, force: true }));
  const pool = createPool({ id: STAGE_POOL, ...definition });
  const server = await startScriptedCognito({ pools: [pool], ...serverOptions });
  open.push(() => server.close());
  const another = (more: Partial<ProvisionRigOptions> = {}): ProvisionRig => {
    const rig = createProvisionRig({ url: server.url, poolId: STAGE_POOL, dir, ...over, ...more });
    open.push(() => rig.close());
    return rig;
  };
  return {
    ...another(),
    pool,
    server,
    dir,
    another,
    writes: () => server.stats.calls.map(({ operation }) => operation).filter((name) => WRITES.test(name)),
    audit: () =>
      readFileSync(join(dir, `${STAGE_POOL}.audit.jsonl`), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map(auditLine),
  };
}
