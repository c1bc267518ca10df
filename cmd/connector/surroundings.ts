import type { Surroundings } from "../../pkg/config/read-settings.ts";
import type { Context } from "./context.ts";

export function surroundingsOf({ env, cwd, stdout, stderr }: Context): Surroundings {
  return { env, cwd, stdoutIsTerminal: stdout.isTerminal, stderrIsTerminal: stderr.isTerminal };
}
