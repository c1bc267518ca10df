import { printable } from "../../../pkg/ops/printable.ts";
import type { Context } from "./context.ts";

/** One line each on stderr, before there is a log. */
export function warn(warnings: readonly string[], { stderr }: Context): void {
  for (const warning of warnings) stderr.writeNow(`connector: warning: ${printable(warning)}\n`);
}
