import type { AttributePath, ComparisonOperator, Filter } from "../protocol/filter-tree.ts";
import { readInstant } from "../protocol/literals.ts";
import type { ResourceKind } from "../resource.ts";
import type { RowCondition } from "./list-inventory.ts";
import type { ListMapping } from "./list-mapping.ts";
import type { ListRecords } from "./list-records.ts";
import type { ListState } from "./list-state.ts";

/** Where the matches of a filter can be: every match is there, and others may be. */
export type Narrowed =
  | { readonly by: "keys"; readonly keys: readonly string[] }
  | { readonly by: "rows"; readonly condition: RowCondition | undefined };

interface NarrowBy {
  readonly mapping: ListMapping;
  readonly records: ListRecords;
  readonly state: ListState;
}

/** What the whole filter demands of every match. */
function demandsOf(filter: Filter): readonly Filter[] {
  return filter.kind === "and" ? filter.filters.flatMap(demandsOf) : [filter];
}

export function narrow(kind: ResourceKind, filter: Filter, sources: NarrowBy): Narrowed {
  const demands = demandsOf(filter);
  for (const demand of demands) {
    const keys = keysOf(kind, demand, sources);
    if (keys !== undefined) return { by: "keys", keys };
  }
  const conditions = demands.flatMap(
    (demand) =>
      timeCondition(demand) ?? (kind === "User" ? stateCondition(demand, sources) : undefined) ?? [],
  );
  if (conditions.length === 0) return { by: "rows", condition: undefined };
  return {
    by: "rows",
    condition: {
      sql: conditions.map(({ sql }) => sql).join(" AND "),
      parameters: conditions.flatMap(({ parameters }) => parameters),
    },
  };
}

/** Whether the filter looks at an attribute of the core schema. */
export function looksAt(filter: Filter, attribute: string): boolean {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.some((one) => looksAt(one, attribute));
    case "not":
      return looksAt(filter.filter, attribute);
    case "compare":
    case "present":
    case "item":
      return filter.path.urn === undefined && filter.path.attribute === attribute;
  }
}

/** Keys of all that can meet one equality. */
function keysOf(kind: ResourceKind, demand: Filter, sources: NarrowBy): readonly string[] | undefined {
  const equality = demand.kind === "item" ? itemEquality(demand) : equalityIn(demand);
  if (equality === undefined) return undefined;
  const { mapping, records, state } = sources;
  const { path, value } = equality;
  const name = nameOf(path);
  if (name === "id") {
    const key = mapping.keyOfId(kind, value);
    return key === undefined ? undefined : [key];
  }
  if (name === "externalId" && mapping.keepsExternalId) return records.named(kind, "externalId", value);
  if (name !== "members" || kind !== "Group") return undefined;
  const sub = mapping.keyOfId("User", value);
  return sub === undefined ? undefined : state.groupsOf(sub);
}

function itemEquality({ path, filter }: Filter & { readonly kind: "item" }) {
  const inside = demandsOf(filter)
    .map(equalityIn)
    .find((one) => one?.path.attribute === "value");
  return inside && { path, value: inside.value };
}

function equalityIn(filter: Filter): { readonly path: AttributePath; readonly value: string } | undefined {
  if (filter.kind !== "compare" || filter.operator !== "eq" || typeof filter.value !== "string")
    return undefined;
  return { path: filter.path, value: filter.value };
}

/** The name of an attribute of the core schema that is compared as a whole or by its value. */
function nameOf({ urn, attribute, sub }: AttributePath): string | undefined {
  return urn === undefined && (sub === undefined || sub === "value") ? attribute : undefined;
}

/** In the profile of Starling an account may be enabled and not active. */
function stateCondition(demand: Filter, { mapping }: NarrowBy): RowCondition | undefined {
  if (demand.kind !== "compare" || demand.operator !== "eq" || nameOf(demand.path) !== "active")
    return undefined;
  if (demand.value === true) return { sql: "enabled = 1", parameters: [] };
  return demand.value === false && mapping.activeIsEnabled
    ? { sql: "enabled = 0", parameters: [] }
    : undefined;
}

const TIME_COLUMNS: Readonly<Record<string, string>> = { created: "created_at", lastModified: "modified_at" };

/** A filter and a row may round a time differently. */
const ROUNDED_MS = 1_000;

function timeCondition(demand: Filter): RowCondition | undefined {
  if (demand.kind !== "compare" || typeof demand.value !== "string") return undefined;
  const { path, operator, value } = demand;
  const column =
    path.urn === undefined && path.attribute === "meta" ? TIME_COLUMNS[path.sub ?? ""] : undefined;
  const atMs = readInstant(value);
  if (column === undefined || atMs === undefined) return undefined;
  const at = (shiftMs: number): string => new Date(atMs + shiftMs).toISOString();
  const sql = BOUNDS[operator];
  if (sql === undefined) return undefined;
  const from = at(-ROUNDED_MS);
  const to = at(ROUNDED_MS);
  return {
    sql: `${column} ${sql}`,
    parameters: operator === "eq" ? [from, to] : operator[0] === "g" ? [from] : [to],
  };
}

const BOUNDS: Readonly<Partial<Record<ComparisonOperator, string>>> = {
  gt: ">= ?",
  ge: ">= ?",
  lt: "<= ?",
  le: "<= ?",
  eq: "BETWEEN ? AND ?",
};
