import { setImmediate } from "node:timers/promises";
import { conditionCount } from "../protocol/condition-count.ts";
import { matcherOf } from "../protocol/evaluate.ts";
import type { Filter } from "../protocol/filter-tree.ts";
import type { JsonObject } from "../resource.ts";

/** Conditions that are checked before other requests have their turn. */
const CHECKS_AT_ONCE = 10_000;

/** Takes out of the set whom the filter chooses. Others have their turn meanwhile; rejects once the signal is aborted. */
export async function removeMatching(
  ids: Set<string>,
  filter: Filter,
  itemOf: (id: string) => JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const isMatch = matcherOf(filter);
  const atOnce = Math.ceil(CHECKS_AT_ONCE / conditionCount(filter));
  let left = atOnce;
  for (const id of ids) {
    if (isMatch(itemOf(id))) ids.delete(id);
    left -= 1;
    if (left > 0) continue;
    await setImmediate();
    signal.throwIfAborted();
    left = atOnce;
  }
}
