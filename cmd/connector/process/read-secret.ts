import { GovernanceError } from "../../../pkg/core/errors.ts";
import { Secret } from "../../../pkg/core/secret.ts";
import type { Context } from "./context.ts";

/** The password that stands on stdin as one line. Never asked for on a terminal, which would show it. */
export async function passwordFromStdin(flag: string, { stdin, signal }: Context): Promise<Secret> {
  if (stdin.isTerminal) {
    throw new GovernanceError(
      "invalid-argument",
      `${flag}: stdin is a terminal, which would show the password; pipe it in, or redirect it from a file`,
    );
  }
  const line = await stdin.read("line", signal);
  if (line === "") {
    throw new GovernanceError("invalid-argument", `${flag}: there is no line on stdin; pipe the password in`);
  }
  return new Secret(line);
}
