import { expect } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import type { Config } from "./config.ts";
import { loadConfig } from "./load-config.ts";
import type { Surroundings } from "./read-settings.ts";
import type { CommandName } from "./setting.ts";

export type Texts = Readonly<Record<string, string>>;

/** A place without a configuration file. */
export function nowhere(env: Texts = {}): Surroundings {
  return { env, cwd: "/nowhere", stdoutIsTerminal: false, stderrIsTerminal: false };
}

export function loaded(command: CommandName, flags: Texts, env: Texts = {}) {
  const all = new Map(Object.entries({ "user-pool-id": "eu-west-1_AbCd12345", ...flags }));
  return loadConfig(command, all, nowhere(env));
}

export function served(flags: Texts, env: Texts = {}): Config {
  return loaded("serve", flags, env).config;
}

/** The one line of an `invalid-argument`. */
export function refusalOf(load: () => unknown): string {
  let refused: unknown;
  try {
    load();
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(GovernanceError);
  const { code, message } = GovernanceError.from(refused);
  expect({ code, lines: message.split("\n").length }).toEqual({ code: "invalid-argument", lines: 1 });
  return message;
}

/** What the whole text, or the pattern, is expected to be. */
export function like(message: string | RegExp): unknown {
  return typeof message === "string" ? message : expect.stringMatching(message);
}
