import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { nearest } from "../../../../pkg/core/nearest.ts";
import type { Column } from "./columns.ts";

/** The columns of these keys, in this order. `other` makes a column for a key that is not among them, or refuses it. */
export function chooseColumns<T>(
  keys: readonly string[],
  all: readonly Column<T>[],
  other: (key: string) => Column<T> = (key) => refuse(key, all),
): readonly Column<T>[] {
  return [...new Set(keys)].map((key) => all.find((column) => column.key === key) ?? other(key));
}

function refuse(key: string, all: readonly Column<never>[]): never {
  const names = all.map((column) => column.key);
  const close = nearest(key, names);
  const hint = close === undefined ? "" : `; did you mean ${close}?`;
  throw new GovernanceError(
    "invalid-argument",
    `--columns: there is no column ${JSON.stringify(key)}; the columns are ${names.join(", ")}${hint}`,
  );
}
