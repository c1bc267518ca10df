import type { Filter } from "./filter-tree.ts";

/** How many conditions are checked of each resource or item at most. */
export function conditionCount(filter: Filter): number {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.reduce((sum, one) => sum + conditionCount(one), 0);
    case "not":
    case "item":
      return conditionCount(filter.filter);
    case "compare":
    case "present":
      return 1;
  }
}
