import { buildConfig } from "./build/build-config.ts";
import { askedOperations, buildOperation, OF_OPERATIONS } from "./build/build-operation.ts";
import { missingPool } from "./build/build-pool.ts";
import type { Config } from "./config.ts";
import { warningsOf } from "./load-config.ts";
import { type OneOperation, onlyReads } from "./operation.ts";
import {
  type Flags,
  originOf,
  type ProcessInfo,
  readSettings,
  type Settings,
  settingProblem,
} from "./sources/read-settings.ts";
import { writtenBeside } from "./sources/written-beside.ts";
import type { CommandName } from "./table/setting.ts";
import { type SettingName, settingOf, settingsFor } from "./table/settings.ts";

/** What `connector` without a command does, as Baton connectors do. */
export type BatonMode =
  | { readonly kind: "daemon" }
  | { readonly kind: "sync" }
  | { readonly kind: "operation"; readonly operation: OneOperation };

interface LoadedBaton {
  readonly mode: BatonMode;
  readonly config: Config;
  /** The command of ours that keeps the same state. */
  readonly command: CommandName;
  readonly warnings: readonly string[];
}

/** Like `loadConfig`, for `connector` without a command. */
export function loadBaton(flags: Flags, info: ProcessInfo): LoadedBaton {
  const settings = readSettings("baton", flags, info);
  if (settings.values["user-pool-id"] === undefined) throw missingPool('"connector --help" shows the help');
  const mode = chosenMode(settings, info.cwd);
  const command = commandOf(mode);
  const config = configOf(mode, settings, info);
  return {
    mode,
    config,
    command,
    warnings: [...warningsOf(command, config, settings, info), ...withoutEffect(mode, settings)],
  };
}

function chosenMode(settings: Settings, cwd: string): BatonMode {
  const { values, given } = settings;
  if (values["client-id"] !== undefined) return { kind: "daemon" };
  if (values["client-secret"] !== undefined) {
    const cure = writtenBeside("client-id", originOf("client-secret", settings));
    throw settingProblem("client-secret", settings, `needs client-id as well; give ${cure}`);
  }
  const operation = buildOperation(settings, cwd);
  if (operation !== undefined) return { kind: "operation", operation };
  const serving = (["listen", "sync-every"] as const).find((name) => given.has(name));
  if (serving === undefined) return { kind: "sync" };
  throw settingProblem(
    serving,
    settings,
    'without a client id, "connector" alone syncs once and ends; write "connector serve", or leave this out',
  );
}

function commandOf(mode: BatonMode): CommandName {
  switch (mode.kind) {
    case "daemon":
      return "serve";
    case "sync":
      return "sync";
    case "operation":
      return onlyReads(mode.operation) ? "list" : "write";
  }
}

function configOf(mode: BatonMode, settings: Settings, info: ProcessInfo): Config {
  if (mode.kind === "operation" && !onlyReads(mode.operation)) {
    // As in Baton, who asks for one change on the command line allows it by that.
    return buildConfig({ ...settings, values: { ...settings.values, provisioning: true } }, info);
  }
  const config = buildConfig(settings, info);
  if (settings.given.has("listen")) return config;
  return Object.freeze({ ...config, service: Object.freeze({ ...config.service, listen: undefined }) });
}

/** Flags that another mode would read. In the environment and the file, which many programs share, they are no surprise. */
function withoutEffect(mode: BatonMode, settings: Settings): readonly string[] {
  const unused = [...settings.given.keys()].filter(
    (name) => originOf(name, settings).kind === "flag" && !isRead(name, mode, settings),
  );
  const asked = mode.kind === "daemon" ? askedOperations(settings) : [];
  const names = new Set([...unused, ...asked]);
  return [...names].map((name) => `${originOf(name, settings).label} has no effect: ${BECAUSE[mode.kind]}`);
}

const BECAUSE = {
  daemon: "with a client id the connector does the platform's tasks",
  sync: "without a client id the connector syncs once and ends",
  operation: "the connector does one operation and ends",
} as const satisfies Record<BatonMode["kind"], string>;

function isRead(name: SettingName, mode: BatonMode, { given }: Settings): boolean {
  if (mode.kind === "operation") {
    if (name === "inventory") return mode.operation.kind === "list-events";
    return name === "file" || OF_OPERATIONS.has(name) || settingsFor("write").includes(name);
  }
  if (mode.kind === "sync") return settingsFor("sync").includes(name);
  if (!settingsFor("serve").includes(name)) return false;
  return settingOf(name).group !== "Service" || given.has("listen") || OF_EVERY_DAEMON.has(name);
}

/** The settings of the group Service that do not need a gRPC port. */
const OF_EVERY_DAEMON: ReadonlySet<SettingName> = new Set<SettingName>([
  "insecure",
  "grace-seconds",
  "max-queue-seconds",
]);
