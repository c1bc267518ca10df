// What an inventory must say, computed from the pool alone: nothing here uses the code that fills it.

import type { Group } from "../../pkg/core/group.ts";
import { isRecord } from "../../pkg/core/unknown.ts";
import type { User } from "../../pkg/core/user.ts";
import type { InventoryReader, SqlCell, SqlValue } from "../../pkg/inventory/reader.ts";
import type { PlainPool } from "./changing-pool.ts";

/** The rows of one run, in the order of their keys. JSON is parsed. */
export interface InventoryState {
  readonly users: readonly StateRow[];
  readonly groups: readonly StateRow[];
  readonly memberships: readonly StateRow[];
}

export type StateRow = Readonly<Record<string, unknown>>;

const USER = [
  "sub",
  "username",
  "email",
  "email_verified",
  "phone_number",
  "phone_number_verified",
  "given_name",
  "family_name",
  "name",
  "preferred_username",
  "enabled",
  "status",
  "federated",
  "created_at",
  "modified_at",
  "attributes",
  "identities",
] as const;
const GROUP = [
  "name",
  "description",
  "precedence",
  "role_arn",
  "sign_in_provider",
  "created_at",
  "modified_at",
];
const MEMBERSHIP = ["group_name", "group_created_at", "sub"] as const;

/** The state that a pool has. */
export function stateOf(pool: PlainPool): InventoryState {
  const memberships = [...pool.members].flatMap(([group_name, subs]) => {
    const group_created_at = pool.groups.get(group_name)?.createdAt.toISOString();
    return [...subs].map((sub) => ({ group_name, group_created_at, sub }));
  });
  return {
    users: inOrder([...pool.users.values()].map(userState), ["sub"]),
    groups: inOrder([...pool.groups.values()].map(groupState), ["name"]),
    memberships: inOrder(memberships, ["group_name", "sub"]),
  };
}

function userState({ attributes, ...user }: User): StateRow {
  const text = (name: string): string | null => attributes.get(name) ?? null;
  const flag = (name: string): boolean | null =>
    ["true", "false"].includes(text(name) ?? "") ? text(name) === "true" : null;
  const own = new Set([
    "sub",
    "email",
    "phone_number",
    "given_name",
    "family_name",
    "name",
    "preferred_username",
  ]);
  for (const name of ["email_verified", "phone_number_verified"]) if (flag(name) !== null) own.add(name);
  if (user.identities.length > 0) own.add("identities");
  return {
    sub: user.sub,
    username: user.username,
    email: text("email"),
    email_verified: flag("email_verified"),
    phone_number: text("phone_number"),
    phone_number_verified: flag("phone_number_verified"),
    given_name: text("given_name"),
    family_name: text("family_name"),
    name: text("name"),
    preferred_username: text("preferred_username"),
    enabled: user.enabled,
    status: user.status,
    federated: user.identities.length > 0 || user.status === "EXTERNAL_PROVIDER",
    created_at: user.createdAt.toISOString(),
    modified_at: user.modifiedAt.toISOString(),
    attributes: Object.fromEntries([...attributes].filter(([name]) => !own.has(name))),
    identities: JSON.parse(user.identities.length > 0 ? (text("identities") ?? "[]") : "[]") as unknown,
  };
}

function groupState(group: Group): StateRow {
  return {
    name: group.name,
    description: group.description ?? null,
    precedence: group.precedence ?? null,
    role_arn: group.roleArn ?? null,
    sign_in_provider: null,
    created_at: group.createdAt.toISOString(),
    modified_at: group.modifiedAt.toISOString(),
  };
}

function inOrder(rows: readonly StateRow[], key: readonly string[]): readonly StateRow[] {
  const bytes = (row: StateRow): Buffer => Buffer.from(key.map((name) => String(row[name])).join("\0"));
  return rows.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)));
}

/** What the inventory says of a past run, by the one condition that the documentation gives. */
export async function stateAt(reader: InventoryReader, poolId: string, run: number): Promise<InventoryState> {
  const read = (table: string, columns: readonly string[], order: string) =>
    rowsOf(
      reader,
      `SELECT ${columns.join(", ")} FROM ${table}
       WHERE pool_id = ? AND from_run <= ? AND (to_run IS NULL OR to_run > ?) ORDER BY ${order}`,
      [poolId, run, run],
    );
  return {
    users: (await read("users", USER, "sub")).map((row) => ({
      ...row,
      attributes: JSON.parse(String(row["attributes"])) as unknown,
      identities: JSON.parse(String(row["identities"])) as unknown,
    })),
    groups: await read("groups", GROUP, "name"),
    memberships: await read("memberships", MEMBERSHIP, "group_name, sub"),
  };
}

export async function rowsOf(
  reader: Pick<InventoryReader, "query">,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<readonly Readonly<Record<string, SqlCell>>[]> {
  const { columns, rows } = await reader.query(sql, parameters);
  const found: Readonly<Record<string, SqlCell>>[] = [];
  for await (const row of rows) {
    found.push(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
  }
  return found;
}

/** A recorded change as one line of text, so that lists can be compared. */
export type ChangeLine = string;

function line(
  kind: string,
  sub: unknown,
  group: unknown,
  createdAt: unknown,
  field: unknown = null,
): ChangeLine {
  return JSON.stringify([kind, sub, group, createdAt, field]);
}

/** Kind, `sub` and group of a line. */
export function partsOf(text: ChangeLine): readonly unknown[] {
  const parts: unknown = JSON.parse(text);
  return Array.isArray(parts) ? parts : [];
}

/** Every change between two states, in any order. */
export function changesBetween(before: InventoryState, after: InventoryState): readonly ChangeLine[] {
  return [
    ...userChangesBetween(before, after),
    ...groupChangesBetween(before, after),
    ...membershipChanges(before, after),
  ];
}

function userChangesBetween(before: InventoryState, after: InventoryState): readonly ChangeLine[] {
  const old = new Map(before.users.map((row) => [row["sub"], row]));
  const now = new Map(after.users.map((row) => [row["sub"], row]));
  const lines = [...old.keys()]
    .filter((sub) => !now.has(sub))
    .map((sub) => line("user_deleted", sub, null, null));
  for (const [sub, row] of now) {
    const earlier = old.get(sub);
    if (earlier === undefined) lines.push(line("user_created", sub, null, null));
    else if (!isSame(earlier, row)) lines.push(...changesOfUser(earlier, row));
  }
  return lines;
}

function changesOfUser(before: StateRow, after: StateRow): readonly ChangeLine[] {
  const sub = after["sub"];
  const lines: ChangeLine[] = [];
  if (before["enabled"] !== after["enabled"]) {
    lines.push(line(after["enabled"] === true ? "user_enabled" : "user_disabled", sub, null, null));
  }
  const flat = (row: StateRow): StateRow => {
    const { attributes, enabled: _enabled, federated: _federated, modified_at: _modified, ...rest } = row;
    const present = Object.entries(rest).filter(([, value]) => value !== null);
    // Text that yields no identities is in the attributes, beside an empty list.
    return { ...Object.fromEntries(present), ...(isRecord(attributes) ? attributes : {}) };
  };
  const [old, now] = [flat(before), flat(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(now)]);
  for (const name of names) {
    if (!isSame(old[name], now[name])) lines.push(line("user_changed", sub, null, null, name));
  }
  return lines.length > 0 ? lines : [line("user_changed", sub, null, null, "modified_at")];
}

function groupChangesBetween(before: InventoryState, after: InventoryState): readonly ChangeLine[] {
  const old = new Map(before.groups.map((row) => [row["name"], row]));
  const now = new Map(after.groups.map((row) => [row["name"], row]));
  const lines = [...old]
    .filter(([name]) => !now.has(name))
    .map(([name, row]) => line("group_deleted", null, name, row["created_at"]));
  for (const [name, row] of now) {
    const earlier = old.get(name);
    const createdAt = row["created_at"];
    if (earlier === undefined) lines.push(line("group_created", null, name, createdAt));
    else if (earlier["created_at"] !== createdAt) lines.push(line("group_recreated", null, name, createdAt));
    else {
      const fields = GROUP.filter((field) => earlier[field] !== row[field]);
      const named = fields.length > 1 ? fields.filter((field) => field !== "modified_at") : fields;
      lines.push(...named.map((field) => line("group_changed", null, name, createdAt, field)));
    }
  }
  return lines;
}

function membershipChanges(before: InventoryState, after: InventoryState): readonly ChangeLine[] {
  const keys = ({ memberships }: InventoryState, kind: string) =>
    memberships.map((row) => line(kind, row["sub"], row["group_name"], row["group_created_at"]));
  const added = keys(after, "membership_added");
  const removed = keys(before, "membership_removed");
  const was = new Set(keys(before, "membership_added"));
  const is = new Set(keys(after, "membership_removed"));
  return [...added.filter((one) => !was.has(one)), ...removed.filter((one) => !is.has(one))];
}

/** The changes that the inventory recorded for a run, in their order. */
export async function recordedIn(
  reader: InventoryReader,
  poolId: string,
  run: number,
): Promise<readonly { readonly number: number; readonly line: ChangeLine }[]> {
  const rows = await rowsOf(
    reader,
    `SELECT change_number, kind, sub, group_name, group_created_at, field FROM recorded_changes
     WHERE pool_id = ? AND run = ? ORDER BY change_number`,
    [poolId, run],
  );
  return rows.map((row) => ({
    number: Number(row["change_number"]),
    line: line(String(row["kind"]), row["sub"], row["group_name"], row["group_created_at"], row["field"]),
  }));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** The order of the members of an object says nothing. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value ?? null;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
