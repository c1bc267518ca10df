import { Command, type OutputConfiguration } from "commander";
import type { Config } from "../../../pkg/config/config.ts";
import { loadConfig } from "../../../pkg/config/load-config.ts";
import type { CommandName } from "../../../pkg/config/table/setting.ts";
import { checkOldState } from "../app/old-state.ts";
import { type Context, processInfo } from "../process/context.ts";
import { printWarnings } from "../process/messages.ts";
import { packageVersion } from "../process/version.ts";
import { addApply } from "./definitions/batch.ts";
import { addBaton } from "./definitions/baton.ts";
import { addGroupCommands } from "./definitions/groups.ts";
import { addHelp } from "./definitions/help.ts";
import { addChanges, addDiff } from "./definitions/history.ts";
import { addQuery, addReport } from "./definitions/inventory.ts";
import { addAudit, addHealthCheck, addRecover, addServe, addValidate } from "./definitions/operations.ts";
import { addGet, addInspect, addList, addSync } from "./definitions/reads.ts";
import {
  addActions,
  addCapabilities,
  addCompletion,
  addConfig,
  addIamPolicy,
  addVersion,
} from "./definitions/scripting.ts";
import { addUserCommands } from "./definitions/users.ts";
import { formatHelp } from "./help/format-help.ts";
import { addHiddenSettings, addSettings, flagsOf } from "./settings-options.ts";

export interface ProgramOptions {
  readonly context: Context;
  /** Where help is written. */
  readonly help: OutputConfiguration;
  /** Called with the exit code of the command that ran. */
  readonly done: (exitCode: number) => void;
}

/** All commands. Throws CommanderError where commander would end the process. */
export function createProgram({ context, help, done }: ProgramOptions): Command {
  const program = new Command("connector");
  program
    .configureOutput(help)
    .exitOverride()
    .description("Access governance for one Amazon Cognito user pool, over the Baton protocol.")
    .version(packageVersion(), "-v, --version", "Print the version")
    .helpOption("-h, --help", "Show help")
    .usage("[command] [options]")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({
      formatHelp,
      minWidthToWrap: 20,
      // Without the choices and defaults that commander adds: our texts name them.
      optionDescription: ({ description }) => description,
      argumentDescription: ({ description }) => description,
    });
  addHiddenSettings(program);

  /** A wrong setting ends the command before anything is done. */
  function configured(
    command: Command,
    reads: CommandName,
    run: (config: Config, args: readonly string[], reread: () => Config) => Promise<number>,
  ): void {
    addSettings(command, reads);
    command.action(async () => {
      const load = () => loadConfig(reads, flagsOf(command, reads), processInfo(context));
      const { config, warnings } = load();
      printWarnings([...warnings, ...checkOldState(reads, config, context.cwd)], context);
      done(await run(config, command.args, () => load().config));
    });
  }

  const tree = { program, context, configured };
  program.commandsGroup("Read the pool:");
  addValidate(tree);
  addSync(tree);
  addList(tree);
  addGet(tree);
  addInspect(tree, done);
  addQuery(tree, done);
  addChanges(tree, done);
  addDiff(tree, done);
  addReport(tree, done);
  program.commandsGroup("Change users:");
  addUserCommands(tree);
  program.commandsGroup("Change groups and memberships:");
  addGroupCommands(tree);
  program.commandsGroup("Change many at once:");
  addApply(tree);
  program.commandsGroup("Run as a service:");
  addServe(tree);
  addHealthCheck(tree, done);
  program.commandsGroup("Check and repair changes:");
  addAudit(tree);
  addRecover(tree);
  program.commandsGroup("Set up and script:");
  addIamPolicy(tree);
  addConfig(tree, done);
  addActions(tree, done);
  addCapabilities(tree, done);
  addCompletion(tree, done);
  addVersion(tree, done);
  addHelp(tree, done);
  addBaton(tree, done);
  return program;
}
