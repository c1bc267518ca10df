import { isRecord } from "./unknown.ts";

/** All of a type, or chosen ids. An empty list: none. */
export type ScopeSelection = "all" | readonly string[];

/** What one run reads. It is plain data, and is stored with the run: a run goes on only where the same is asked for. */
export interface SyncScope {
  /** Ids of users, as `--user-id` has them. */
  readonly users: ScopeSelection;
  /** Names of groups. */
  readonly groups: ScopeSelection;
  /** What is read of a group: its row, its entitlement as well, or its members and their grants too. */
  readonly depth: "resources" | "entitlements" | "grants";
}

/** A full sync. */
export const WHOLE_POOL: SyncScope = { users: "all", groups: "all", depth: "grants" };

/** A run without a row, as Go's syncer writes it when the full sync is switched off. */
export const NOTHING: SyncScope = { users: [], groups: [], depth: "grants" };

/** What the run is called in the file, as Go's syncer calls it: one that leaves out whole types or all grants is `full`. */
export type SyncType = "full" | "partial" | "resources_only";

export function syncTypeOf(scope: SyncScope): SyncType {
  if (hasChosen(scope)) return "partial";
  return scope.depth === "resources" ? "resources_only" : "full";
}

/** Whether single resources were chosen. */
export function hasChosen({ users, groups }: SyncScope): boolean {
  return [users, groups].some((selection) => selection !== "all" && selection.length > 0);
}

/** One text for one scope, "" for the whole pool. The order of ids counts, since they are read in it. */
export function scopeText({ users, groups, depth }: SyncScope): string {
  if (users === "all" && groups === "all" && depth === "grants") return "";
  return JSON.stringify({ users, groups, depth });
}

/** The scope that `scopeText` wrote; undefined for any other text. */
export function parseScope(text: string): SyncScope | undefined {
  if (text === "") return WHOLE_POOL;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { users, groups, depth } = value;
  if (!isSelection(users) || !isSelection(groups)) return undefined;
  const known = DEPTHS.find((one) => one === depth);
  return known === undefined ? undefined : { users, groups, depth: known };
}

const DEPTHS = ["resources", "entitlements", "grants"] as const;

function isSelection(value: unknown): value is ScopeSelection {
  return value === "all" || (Array.isArray(value) && value.every((id) => typeof id === "string"));
}

export function isWholePool(scope: SyncScope): boolean {
  return scopeText(scope) === "";
}

/** What a sync is asked for: by a command, by settings, or by the platform. All empty or false: the whole pool. */
export interface SyncChoice {
  readonly resourceTypeIds: readonly string[];
  readonly resources: readonly ChosenResource[];
  readonly skipEntitlementsAndGrants: boolean;
  /** Entitlements are read. */
  readonly skipGrants: boolean;
}

export interface ChosenResource {
  readonly resourceType: string;
  readonly resource: string;
}

export const NO_CHOICE: SyncChoice = {
  resourceTypeIds: [],
  resources: [],
  skipEntitlementsAndGrants: false,
  skipGrants: false,
};
