import type { Command } from "commander";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { completionNodes } from "../completion/model.ts";
import { completionScript, type Shell } from "../completion/shells.ts";

/** Prints the completion script of one shell, made from the commands that parse the command line. */
export async function completionCommand(
  shell: Shell,
  program: Command,
  { stdout }: Context,
): Promise<number> {
  await stdout.write(completionScript(shell, completionNodes(program)));
  return OK;
}
