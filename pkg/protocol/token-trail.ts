import { type MarkerTrail, NO_MARKERS } from "../core/marker-trail.ts";

/** The trail as the last items of a list in a page token. None before the first marker, as in tokens of earlier versions. */
export function trailItems({ kept, count, rows }: MarkerTrail): readonly number[] {
  if (count === 0) return [];
  return rows === undefined ? [kept, count] : [kept, count, rows.kept, rows.repeats, rows.empty];
}

/** Undefined where the items are no trail. */
export function trailOf(items: readonly unknown[]): MarkerTrail | undefined {
  if (items.length === 0) return NO_MARKERS;
  if (!items.every(isCount)) return undefined;
  const [kept, count = 0, row, repeats, empty, ...others] = items;
  if (kept === undefined || count === 0 || others.length > 0) return undefined;
  // Of a version that kept no rows.
  if (row === undefined) return { kept, count };
  if (repeats === undefined || empty === undefined) return undefined;
  return { kept, count, rows: { kept: row, repeats, empty } };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
