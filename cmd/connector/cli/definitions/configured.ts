import type { Command } from "commander";
import type { Config } from "../../../../pkg/config/config.ts";
import type { CommandName } from "../../../../pkg/config/table/setting.ts";
import type { Context } from "../../process/context.ts";

/** Gives a command its settings, after its own options, and an action over a Config. */
export type Configured = (
  command: Command,
  reads: CommandName,
  run: (config: Config, args: readonly string[]) => Promise<number>,
) => void;

/** What every family of commands is added with. */
export interface Tree {
  readonly program: Command;
  readonly context: Context;
  readonly configured: Configured;
}
