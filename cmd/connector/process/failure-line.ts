import { GovernanceError } from "../../../pkg/core/errors.ts";
import { errorFields } from "../../../pkg/ops/error-fields.ts";
import { printable } from "../../../pkg/ops/printable.ts";

/**
 * The one line on stderr for a failure, with what it means for the output in front where that is to be said. Of a
 * foreign error it tells name and place, never the text (D20).
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
