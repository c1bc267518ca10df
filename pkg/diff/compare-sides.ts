import { GovernanceError } from "../core/errors.ts";
import type { RecordedKind } from "../inventory/schema/recorded-kinds.ts";
import { compareUtf8 } from "../protocol/utf8-order.ts";
import type { CommonScope } from "./common-scope.ts";
import { mergeByKey } from "./merge.ts";
import type { ComparedGroup, ComparedMembership, ComparedUser, Side } from "./side.ts";

/** One difference, named as the change that makes OLD into NEW. */
export interface Difference {
  readonly kind: RecordedKind;
  readonly sub?: string | undefined;
  readonly username?: string | undefined;
  readonly group?: string | undefined;
  /** Of a changed user or group. */
  readonly field?: string | undefined;
  /** The values of the field; undefined where it has none. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** All differences: of users, then of groups, then of memberships. */
export async function* compareSides(
  older: Side,
  newer: Side,
  scope: CommonScope,
): AsyncGenerator<Difference> {
  if (scope.users) yield* userDifferences(older, newer, scope);
  if (scope.groups) yield* groupDifferences(older, newer, scope);
  if (scope.memberships) yield* membershipDifferences(older, newer, scope);
}

async function* userDifferences(older: Side, newer: Side, scope: CommonScope): AsyncGenerator<Difference> {
  const pairs = mergeByKey<ComparedUser>(listed(older, older.users()), listed(newer, newer.users()), (a, b) =>
    compareUtf8(a.sub, b.sub),
  );
  for await (const { old, new: now } of pairs) {
    const user = now ?? old;
    if (user === undefined || ![old, now].some((one) => one !== undefined && scope.hasUser(one))) continue;
    const { sub, username } = user;
    if (old === undefined) yield { kind: "user_created", sub, username };
    else if (now === undefined) yield { kind: "user_deleted", sub, username };
    else {
      const changed = fieldDifferences(old.fields, now.fields);
      for (const one of changed) yield { kind: "user_changed", sub, username, ...one };
      const access = old.enabled !== now.enabled;
      if (access) yield { kind: now.enabled ? "user_enabled" : "user_disabled", sub, username };
      if (changed.length === 0 && !access && old.modifiedAt !== now.modifiedAt)
        yield { kind: "user_changed", sub, username, ...modified(old, now) };
    }
  }
}

async function* groupDifferences(older: Side, newer: Side, scope: CommonScope): AsyncGenerator<Difference> {
  const pairs = mergeByKey<ComparedGroup>(
    listed(older, older.groups()),
    listed(newer, newer.groups()),
    (a, b) => compareUtf8(a.name, b.name),
  );
  for await (const { old, new: now } of pairs) {
    const group = (now ?? old)?.name;
    if (group === undefined || !scope.hasGroup(group)) continue;
    if (old === undefined) yield { kind: "group_created", group };
    else if (now === undefined) yield { kind: "group_deleted", group };
    else if (old.createdAt !== now.createdAt) yield { kind: "group_recreated", group };
    else {
      const changed = fieldDifferences(old.fields, now.fields);
      for (const one of changed) yield { kind: "group_changed", group, ...one };
      if (changed.length === 0 && old.modifiedAt !== now.modifiedAt)
        yield { kind: "group_changed", group, ...modified(old, now) };
    }
  }
}

async function* membershipDifferences(
  older: Side,
  newer: Side,
  scope: CommonScope,
): AsyncGenerator<Difference> {
  const pairs = mergeByKey(
    listed(older, older.memberships()),
    listed(newer, newer.memberships()),
    membershipOrder,
  );
  for await (const { old, new: now } of pairs) {
    if (old !== undefined && now !== undefined) continue;
    const { group, sub } = old ?? now ?? noRow();
    if (!scope.hasGroup(group)) continue;
    const username = await (now === undefined ? older : newer).usernameOf(sub);
    yield { kind: now === undefined ? "membership_removed" : "membership_added", sub, username, group };
  }
}

function listed<R>({ name }: Side, rows: R): { readonly name: string; readonly rows: R } {
  return { name, rows };
}

function membershipOrder(a: ComparedMembership, b: ComparedMembership): number {
  return (
    compareUtf8(a.group, b.group) ||
    compareUtf8(a.sub, b.sub) ||
    compareUtf8(a.groupCreatedAt, b.groupCreatedAt)
  );
}

type FieldDifference = Pick<Difference, "field" | "before" | "after">;

function fieldDifferences(
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly FieldDifference[] {
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted(compareUtf8);
  return names
    .filter((name) => old.get(name) !== now.get(name))
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }));
}

// Nothing else differs: Cognito moved the date for something that no listing shows, such as a password.
function modified(old: { readonly modifiedAt: string }, now: { readonly modifiedAt: string }) {
  return { field: "modified_at", before: old.modifiedAt, after: now.modifiedAt };
}

function noRow(): never {
  throw new GovernanceError("internal", "a comparison has a key without a row; please report this");
}
