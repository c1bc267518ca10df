import type { ResourceKind } from "../resource.ts";
import type { FoundKey, FoundKeys } from "./found-keys.ts";
import type { ListPart, RowCondition } from "./list-inventory.ts";
import type { ListBatch, ListState, Position } from "./list-state.ts";
import type { Item, ListedItems } from "./resources.ts";

/** All that a query has at one state, in the order of its pages. */
export interface Sequence {
  readonly total: number;
  items(offset: number, count: number): ListedItems;
}

/** Every user or every group, by key. */
export function wholeSequence(state: ListState, kind: ResourceKind): Sequence {
  const total = state.total(kind);
  return {
    total,
    items(offset, count) {
      const items: Item[] = [];
      let position: Position | undefined = offset < total ? state.positionOf(kind, offset) : undefined;
      while (position !== undefined && items.length < count) {
        const { rows, next } = itemBatch(state, kind, { ...position, limit: count - items.length });
        for (const item of rows.slice(0, count - items.length)) items.push(item);
        position = next === undefined ? undefined : { after: next, skip: 0 };
      }
      return { items, areDense: true };
    },
  };
}

/** Those that a filter has found. One that cannot be read any more is left out of its page. */
export function foundSequence(state: ListState, found: FoundKeys): Sequence {
  return {
    total: found.length,
    items: (offset, count) => ({
      items: found.slice(offset, count).flatMap((one) => itemOf(state, one) ?? []),
      areDense: false,
    }),
  };
}

/** One behind the other. */
export function chainedSequence(parts: readonly Sequence[]): Sequence {
  return {
    total: parts.reduce((sum, { total }) => sum + total, 0),
    items(offset, count) {
      const items: Item[] = [];
      let areDense = true;
      let before = 0;
      for (const part of parts) {
        const from = Math.max(0, offset - before);
        const wanted = count - items.length;
        if (wanted > 0 && from < part.total) {
          const found = part.items(from, wanted);
          items.push(...found.items);
          areDense &&= found.areDense;
        }
        before += part.total;
      }
      return { items, areDense };
    },
  };
}

export function itemOf(state: ListState, { kind, key }: FoundKey): Item | undefined {
  if (kind === "User") {
    const user = state.user(key);
    return user && { kind, user };
  }
  const group = state.group(key);
  return group && { kind, group };
}

export function keyOfItem(item: Item): FoundKey {
  return item.kind === "User"
    ? { kind: "User", key: item.user.sub }
    : { kind: "Group", key: item.group.name };
}

/** The next items of a listing by key. */
export function itemBatch(
  state: ListState,
  kind: ResourceKind,
  part: ListPart,
  condition?: RowCondition,
): ListBatch<Item> {
  if (kind === "User") {
    const { rows, next } = state.users(part, condition);
    return { rows: rows.map((user) => ({ kind, user })), next };
  }
  const { rows, next } = state.groups(part, condition);
  return { rows: rows.map((group) => ({ kind, group })), next };
}
