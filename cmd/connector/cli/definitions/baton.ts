import type { Command } from "commander";
import { loadBaton } from "../../../../pkg/config/load-baton.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { nearest } from "../../../../pkg/core/nearest.ts";
import { checkOldState } from "../../app/old-state.ts";
import { processInfo } from "../../process/context.ts";
import { printWarnings } from "../../process/messages.ts";
import { addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";

/** `connector` without a command does what every Baton connector does. Help does not list it. */
export function addBaton({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const command = program
    .command("baton", { hidden: true, isDefault: true })
    .summary("Do what Baton connectors do")
    .description(
      "Do what Baton connectors do: the platform's tasks with a client id, else the operation of one of Baton's one-shot flags, else one full sync.",
    )
    .usage("[options]")
    .allowExcessArguments();
  addSettings(command, "baton");
  command.action(async () => {
    const [word] = command.args;
    if (word !== undefined) throw unknownCommand(word, program);
    const load = () => loadBaton(flagsOf(command, "baton"), processInfo(context));
    const { mode, config, command: like, warnings } = load();
    printWarnings([...warnings, ...checkOldState(like, config, context.cwd)], context);
    switch (mode.kind) {
      case "daemon": {
        const { serveCommand } = await import("../commands/serve.ts");
        done(await serveCommand(config, context, () => load().config));
        break;
      }
      case "sync": {
        const { syncCommand } = await import("../commands/sync.ts");
        done(await syncCommand(config, context));
        break;
      }
      case "operation": {
        const { operationCommand } = await import("../commands/operation.ts");
        done(await operationCommand(mode.operation, config, context));
        break;
      }
    }
  });
}

export function unknownCommand(word: string, program: Command): GovernanceError {
  const shown = program.createHelp().visibleCommands(program);
  const close = nearest(
    word,
    shown.map((command) => command.name()),
  );
  const hint = close === undefined ? '; "connector --help" shows the usage' : ` (Did you mean ${close}?)`;
  return new GovernanceError("invalid-argument", `unknown command '${word}'${hint}`);
}
