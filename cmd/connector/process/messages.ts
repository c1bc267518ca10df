import { GovernanceError } from "../../../pkg/core/errors.ts";
import { errorFields } from "../../../pkg/ops/error-fields.ts";
import { printable } from "../../../pkg/ops/printable.ts";
import type { Context } from "./context.ts";

/**
 * The one line that stderr gets for a failure. `meaning` says first what the failure means for the output. Of an error
 * that is not ours it shows name and place, never its text, which may quote anything (D20).
 */
export function failureLine(error: unknown, meaning?: string): string {
  const prefix = meaning === undefined ? "connector: " : `connector: ${meaning}: `;
  return `${prefix}${printable(describe(error))}\n`;
}

function describe(error: unknown): string {
  const known = GovernanceError.from(error);
  if (known.code !== "internal" || known.cause === undefined) return known.message;
  const { causes = [], at = [] } = errorFields(known);
  const place = at[0] === undefined ? "" : ` ${at[0]}`;
  const message =
    error instanceof GovernanceError ? known.message : "unexpected failure, a bug of the connector";
  return `${message} (${causes.join(" < ")}${place})`;
}

/** Writes each warning as one line to stderr. For the time before the log exists. */
export function printWarnings(warnings: readonly string[], { stderr }: Context): void {
  for (const warning of warnings) stderr.writeNow(`connector: warning: ${printable(warning)}\n`);
}
