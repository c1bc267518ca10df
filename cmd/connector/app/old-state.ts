import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../pkg/config/config.ts";
import type { CommandName } from "../../../pkg/config/table/setting.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { auditLogPath } from "../../../pkg/ops/audit/audit-log.ts";
import { journalDatabasePath } from "../../../pkg/store/journal/state-directory.ts";

type StateConfig = Pick<Config, "stateDir" | "stateDirNamed" | "poolId" | "provisioning">;

/**
 * Earlier versions kept journal and audit log in the current directory. When they are still there and nothing is in the
 * state directory, this throws: a second audit log would begin, and what the ceilings count would be forgotten. When
 * there are two by now, it returns a warning.
 */
export function checkOldState(command: CommandName, config: StateConfig, cwd: string): readonly string[] {
  if (config.stateDirNamed || !keepsChanges(command, config)) return [];
  const { stateDir, poolId } = config;
  const kept = (dir: string): readonly string[] =>
    [auditLogPath(dir, poolId), journalDatabasePath(dir, poolId)].filter((path) => existsSync(path));
  const [found] = kept(cwd);
  if (found === undefined || isSame(cwd, stateDir)) return [];
  if (kept(stateDir).length > 0) {
    return [
      `${found} is not used: the state of the pool is in ${stateDir}; --state-dir ${cwd} uses this folder`,
    ];
  }
  const files = [`${poolId}.audit.jsonl*`, `${poolId}.journal.*`].map((name) => join(cwd, name)).join(" ");
  throw new GovernanceError(
    "failed-precondition",
    `${found} is from an earlier version, and the state of the pool is now kept in ${stateDir}; stop every connector, then run: mkdir -m 700 -p ${stateDir} && mv ${files} ${stateDir}/ (or keep using this folder with --state-dir ${cwd})`,
  );
}

function keepsChanges(command: CommandName, { provisioning }: StateConfig): boolean {
  if (command === "serve") return provisioning.enabled;
  return command === "write" || command === "recover" || command === "audit";
}

function isSame(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
}
