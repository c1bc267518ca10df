import type { Command } from "commander";
import { createProgram } from "../../cmd/connector/cli/program.ts";
import { memoryContext } from "../../cmd/connector/testing.fixture.ts";

/** Every command that does something, such as `audit verify`, without the pages of help. */
export function commandNames(): readonly string[] {
  const program = createProgram({ context: memoryContext(), help: {}, done: () => {} });
  return commandsOf(program, "").filter((name) => !name.startsWith("help"));
}

function commandsOf(command: Command, path: string): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .flatMap((each) => {
      const name = `${path} ${each.name()}`.trim();
      return each.commands.length === 0 ? [name] : commandsOf(each, name);
    });
}
