import { GovernanceError } from "../core/errors.ts";
import type { Config } from "./config.ts";
import { loadConfig } from "./load-config.ts";
import type { ProcessInfo } from "./sources/read-settings.ts";
import type { CommandName } from "./table/setting.ts";

export type Texts = Readonly<Record<string, string>>;

/** A directory without a configuration file. */
export function nowhere(env: Texts = {}): ProcessInfo {
  return {
    env: { HOME: "/home/ann", ...env },
    cwd: "/nowhere",
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
  };
}

export function loaded(command: CommandName, flags: Texts, env: Texts = {}) {
  const all = new Map(Object.entries({ "user-pool-id": "eu-west-1_AbCd12345", ...flags }));
  return loadConfig(command, all, nowhere(env));
}

export function served(flags: Texts, env: Texts = {}): Config {
  return loaded("serve", flags, env).config;
}

/** The one line of the `invalid-argument` that `load` throws. */
export function refusalOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (
      error instanceof GovernanceError &&
      error.code === "invalid-argument" &&
      !error.message.includes("\n")
    ) {
      return error.message;
    }
    throw error;
  }
  throw new Error("was let through");
}
