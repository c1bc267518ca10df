import type { JsonValue } from "../resource.ts";
import { badRequest, ScimError } from "../scim-error.ts";
import { conditionCount } from "./condition-count.ts";
import type { Filter } from "./filter-tree.ts";
import { isListValue, isObjectValue, memberOf } from "./json.ts";
import type { AttributeOperation, PatchOperation } from "./operations.ts";

/** A change of a group's members, who are not read for it. */
export type MemberOperation =
  | { readonly kind: "add" | "remove" | "replace"; readonly ids: readonly string[] }
  | { readonly kind: "remove-matching"; readonly filter: Filter };

export interface SplitOperations {
  readonly others: readonly PatchOperation[];
  /** In their order; neighbours of one kind are one. */
  readonly members: readonly MemberOperation[];
}

const MEMBERS = "members";
/** Each of them is checked of every member. */
const MAX_CONDITIONS = 200;

/** Takes the operations of members out of a PATCH of a group. */
export function memberOperations(operations: readonly PatchOperation[]): SplitOperations {
  const others: PatchOperation[] = [];
  const members: MemberOperation[] = [];
  for (const one of operations) {
    if (isOfMembers(one)) members.push(...memberOperation(one));
    else others.push(one);
  }
  requireFewConditions(members);
  return { others, members: joinedMembers(members) };
}

function requireFewConditions(members: readonly MemberOperation[]): void {
  const conditions = members.reduce(
    (sum, one) => sum + (one.kind === "remove-matching" ? conditionCount(one.filter) : 0),
    0,
  );
  if (conditions > MAX_CONDITIONS)
    throw new ScimError(413, `a PATCH chooses members by at most ${MAX_CONDITIONS} conditions`);
}

/** The ids in the list `members` of a body, each once. It throws for a group in a group. */
export function memberIdsOf(value: JsonValue | undefined): readonly string[] {
  const items = isListValue(value) ? value : value === undefined || value === null ? [] : [value];
  return [...new Set(items.map(memberIdOf))];
}

function memberIdOf(item: JsonValue): string {
  const id = isObjectValue(item) ? memberOf(item, "value") : item;
  const type = isObjectValue(item) ? memberOf(item, "type") : undefined;
  if (typeof type === "string" && type.toLowerCase() === "group")
    throw badRequest("invalidValue", "a group cannot be a member of a group");
  if (typeof id !== "string" || id === "")
    throw badRequest("invalidValue", "each member has a `value`, its id");
  return id;
}

function isOfMembers(one: PatchOperation): one is AttributeOperation {
  return (
    one.op !== "dropped" &&
    one.op !== "unchanged" &&
    one.target.urn === undefined &&
    one.target.definition.name === MEMBERS
  );
}

function memberOperation({ op, target, value }: AttributeOperation): readonly MemberOperation[] {
  if (target.sub !== undefined)
    throw badRequest("mutability", `members.${target.sub.name} cannot be changed`);
  if (target.filter !== undefined) return ofChosen(op, target.filter, value);
  if (op === "remove")
    return [value === undefined ? { kind: "replace", ids: [] } : { kind: "remove", ids: memberIdsOf(value) }];
  return [{ kind: op, ids: memberIdsOf(value) }];
}

/** `members[value eq "u"]`; to add or replace it by itself makes it a member. */
function ofChosen(
  op: AttributeOperation["op"],
  filter: Filter,
  value: JsonValue | undefined,
): MemberOperation[] {
  const ids = idsOf(filter);
  const remove: MemberOperation =
    ids === undefined ? { kind: "remove-matching", filter } : { kind: "remove", ids: [...new Set(ids)] };
  if (op === "remove") return [remove];
  if (ids === undefined) throw badRequest("noTarget", "members are added by their ids, not by a filter");
  const wanted = value === undefined ? ids : memberIdsOf(value);
  const add: MemberOperation = { kind: "add", ids: wanted };
  const stays = op === "add" || ids.every((id) => wanted.includes(id));
  return stays ? [add] : [remove, add];
}

/** The ids of a filter that is `value eq "u"`, or several of them with `or`. */
function idsOf(filter: Filter): readonly string[] | undefined {
  if (filter.kind === "or") {
    const parts = filter.filters.map(idsOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  const isOfId = filter.kind === "compare" && filter.operator === "eq" && filter.path.attribute === "value";
  return isOfId && typeof filter.value === "string" ? [filter.value] : undefined;
}

/** authentik sends one operation for each member. */
function joinedMembers(members: readonly MemberOperation[]): readonly MemberOperation[] {
  const runs: MemberOperation[][] = [];
  for (const one of members) {
    const last = runs.at(-1);
    const isNeighbour = (one.kind === "add" || one.kind === "remove") && last?.[0]?.kind === one.kind;
    if (isNeighbour) last?.push(one);
    else runs.push([one]);
  }
  return runs.flatMap((run) => {
    const [first] = run;
    if (first === undefined || run.length === 1 || first.kind === "remove-matching") return run;
    return [{ kind: first.kind, ids: [...new Set(run.flatMap((one) => ("ids" in one ? one.ids : [])))] }];
  });
}
