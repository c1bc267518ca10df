// An operation of a PATCH on a list looks at every item of it, and each condition of its filter does so again. So one request
// could hold the event loop for as long as it wants.
import type { JsonValue } from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import { conditionCount } from "./condition-count.ts";
import type { Filter } from "./filter-tree.ts";
import { isObjectValue } from "./json.ts";

/** In characters. */
const MAX_WORK = 32 * 1024 * 1024;
/** What an item costs beside the characters of its texts. */
const ITEM_WORK = 50;

/** Counts the work of one PATCH. */
export class PatchWork {
  #done = 0;

  /** Before an operation on these items. Throws a ScimError 413 above the bound. */
  add(items: readonly JsonValue[], filter: Filter | undefined): void {
    const looks = 1 + (filter === undefined ? 0 : conditionCount(filter));
    for (const item of items) this.#done += looks * sizeOf(item);
    if (this.#done > MAX_WORK)
      throw new ScimError(
        413,
        "the operations look at too many items of long lists; send fewer in one request",
      );
  }
}

function sizeOf(item: JsonValue): number {
  const texts = isObjectValue(item) ? Object.values(item) : [item];
  return texts.reduce<number>((sum, text) => sum + (typeof text === "string" ? text.length : 0), ITEM_WORK);
}
