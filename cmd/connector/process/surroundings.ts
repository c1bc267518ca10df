import type { Surroundings } from "../../../pkg/config/sources/read-settings.ts";
import type { Context } from "./context.ts";

export function surroundingsOf({ env, cwd, stdout, stderr }: Context): Surroundings {
  return { env, cwd, stdoutIsTerminal: stdout.isTerminal, stderrIsTerminal: stderr.isTerminal };
}
