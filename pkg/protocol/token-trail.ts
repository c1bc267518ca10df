import { type MarkerTrail, NO_MARKERS } from "../core/marker-trail.ts";

/** The trail as the last items of a list in a page token. None before the first marker, as in tokens of earlier versions. */
export function trailItems({ kept, count }: MarkerTrail): readonly number[] {
  return count === 0 ? [] : [kept, count];
}

/** Undefined where the items are no trail. */
export function trailOf(items: readonly unknown[]): MarkerTrail | undefined {
  if (items.length === 0) return NO_MARKERS;
  const [kept, count, ...others] = items;
  return others.length === 0 && isCount(kept) && isCount(count) && count > 0 ? { kept, count } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
