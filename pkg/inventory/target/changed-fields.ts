import { isRecord } from "../../core/unknown.ts";
import type { SqlCell } from "../reader.ts";
import { stateColumnNames } from "./columns.ts";

/** A change of one user or group that both runs hold. `field` is null where the kind says all. */
export interface FieldChange {
  readonly kind: "user_enabled" | "user_disabled" | "user_changed" | "group_changed";
  readonly field: string | null;
}

const USER = placesOf("users");
const GROUP = placesOf("groups");

/** What follows from other columns, or has a kind of its own. */
const NOT_A_FIELD: ReadonlySet<string> = new Set([
  "sub",
  "enabled",
  "federated",
  "attributes",
  "modified_at",
]);

/** At least one: where nothing else differs, the date of change does. */
export function userChanges(before: readonly SqlCell[], after: readonly SqlCell[]): readonly FieldChange[] {
  const fields = new Set(differing(USER, before, after).filter((name) => !NOT_A_FIELD.has(name)));
  const attributes = USER.get("attributes") ?? -1;
  for (const name of changedKeys(before[attributes], after[attributes])) fields.add(name);
  const changes: FieldChange[] = [...fields].sort().map((field) => ({ kind: "user_changed", field }));
  const enabled = USER.get("enabled") ?? -1;
  if (before[enabled] !== after[enabled]) {
    changes.push({ kind: isTrue(after[enabled]) ? "user_enabled" : "user_disabled", field: null });
  }
  return changes.length > 0 ? changes : [{ kind: "user_changed", field: "modified_at" }];
}

/** The same of a group. */
export function groupChanges(before: readonly SqlCell[], after: readonly SqlCell[]): readonly FieldChange[] {
  const fields = differing(GROUP, before, after).filter((name) => name !== "modified_at");
  const named = fields.length > 0 ? fields : ["modified_at"];
  return named.map((field) => ({ kind: "group_changed", field }));
}

function placesOf(table: "users" | "groups"): ReadonlyMap<string, number> {
  return new Map(stateColumnNames(table).map((name, place) => [name, place]));
}

function differing(
  places: ReadonlyMap<string, number>,
  before: readonly SqlCell[],
  after: readonly SqlCell[],
): string[] {
  return [...places].filter(([, place]) => before[place] !== after[place]).map(([name]) => name);
}

function changedKeys(before: SqlCell | undefined, after: SqlCell | undefined): readonly string[] {
  if (before === after) return [];
  const old = objectIn(before);
  const now = objectIn(after);
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => old[name] !== now[name]);
}

function objectIn(cell: SqlCell | undefined): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(String(cell ?? "{}"));
  return isRecord(value) ? value : {};
}

/** SQLite has no booleans. */
function isTrue(cell: SqlCell | undefined): boolean {
  return cell === true || cell === 1;
}
