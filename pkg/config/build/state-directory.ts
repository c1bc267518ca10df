import { isAbsolute, join, resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import type { Config } from "../config.ts";
import type { Environment } from "../sources/environment.ts";
import type { ProcessInfo, Settings } from "../sources/read-settings.ts";
import { requireOwnStateDirectory } from "../sources/state-trust.ts";
import type { CommandName } from "../table/setting.ts";
import { envName, settingOf } from "../table/settings.ts";
import { labelOf } from "./build-labels.ts";

/** Like every program's state on a Unix machine, below `$XDG_STATE_HOME` or `~/.local/state`. */
const PROGRAM = "cognito-connector";

/** Where the state of the pool is, whatever the current directory is (D21). */
export function buildStateDirectory(
  { values }: Settings,
  { cwd, env }: ProcessInfo,
  poolId: string,
): Pick<Config, "stateDir" | "stateDirNamed"> {
  const named = values["state-dir"];
  if (named !== undefined) return { stateDir: resolve(cwd, named), stateDirNamed: true };
  const home = stateHome(env);
  return { stateDir: home === undefined ? "" : join(home, PROGRAM, poolId), stateDirNamed: false };
}

/** A relative path would depend on the current directory, so it does not count (XDG Base Directory Specification). */
function stateHome({ XDG_STATE_HOME: own = "", HOME: home = "" }: Environment): string | undefined {
  if (isAbsolute(own)) return own;
  return isAbsolute(home) ? join(home, ".local", "state") : undefined;
}

/** Throws `invalid-argument` when the command keeps state and has no directory for it. */
export function requireStateDirectory(command: CommandName, { stateDir }: Config): void {
  // Validation only looks whether there is a journal.
  if (stateDir !== "" || command === "validate") return;
  if (!settingOf("state-dir").commands.includes(command)) return;
  throw new GovernanceError(
    "invalid-argument",
    `state-dir: there is no home directory to keep state in (HOME and XDG_STATE_HOME are not set); give --state-dir or ${envName("state-dir")}`,
  );
}

/**
 * Throws `invalid-argument` when somebody else may change what the command keeps; returns warnings, one line each. A
 * command that only reads is not refused: an auditor may read what another user keeps.
 */
export function checkStateDirectory(
  command: CommandName,
  config: Config,
  settings: Settings,
  { uid, gids = [] }: ProcessInfo,
): readonly string[] {
  const { stateDir } = config;
  const warnings: string[] = [];
  const onlyReads = ONLY_READ.has(command) || (command === "serve" && !serviceKeepsState(config));
  if (stateDir === "" || onlyReads) return warnings;
  if (!settingOf("state-dir").commands.includes(command)) return warnings;
  const label = labelOf("state-dir", settings);
  requireOwnStateDirectory(label, stateDir, { uid, gids, warn: (line) => void warnings.push(line) });
  return warnings;
}

/** False for a service that only answers reads: it needs no directory. */
export function serviceKeepsState({
  provisioning,
  schedule,
  platform,
  scim,
}: Pick<Config, "provisioning" | "schedule" | "platform" | "scim">): boolean {
  return provisioning.enabled || schedule !== undefined || platform !== undefined || scim !== undefined;
}

const ONLY_READ: ReadonlySet<CommandName> = new Set(["validate", "audit"]);
