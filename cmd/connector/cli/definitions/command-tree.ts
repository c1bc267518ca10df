import type { Command } from "commander";
import type { Config } from "../../../../pkg/config/config.ts";
import type { CommandName } from "../../../../pkg/config/table/setting.ts";
import type { Context } from "../../process/context.ts";

/** Adds the settings that a command reads, after the options of its own, and an action that gets the Config. */
export type Configured = (
  command: Command,
  reads: CommandName,
  run: (config: Config, args: readonly string[], reread: () => Config) => Promise<number>,
) => void;

/** What the definitions of commands are given. */
export interface CommandTree {
  readonly program: Command;
  readonly context: Context;
  readonly configured: Configured;
}
