import { PASSWORD_CHARACTERS } from "./characters.ts";

/**
 * For each place of a password the characters it may be drawn from: one place for every wanted set, the rest free, and
 * for each class one place narrowed to it. Undefined when the length has no room for all of that.
 */
export function slotsFor(
  wanted: readonly string[],
  classes: readonly string[],
  length: number,
): string[] | undefined {
  if (wanted.length > length) return undefined;
  // Free places first: a class takes one of those before it narrows a set that the caller chose.
  const slots = [...Array.from({ length: length - wanted.length }, () => PASSWORD_CHARACTERS), ...wanted];
  const taken = new Map<number, string>();
  for (const one of classes) {
    if (!place(one, slots, taken, new Set())) return undefined;
  }
  return slots.map((set, i) => {
    const one = taken.get(i);
    return one === undefined ? set : common(one, set);
  });
}

/** An augmenting path: a class may push another out of its place when that one finds a place elsewhere. */
function place(
  one: string,
  slots: readonly string[],
  taken: Map<number, string>,
  tried: Set<number>,
): boolean {
  for (const [i, set] of slots.entries()) {
    if (tried.has(i) || common(one, set) === "") continue;
    tried.add(i);
    const owner = taken.get(i);
    if (owner === undefined || place(owner, slots, taken, tried)) {
      taken.set(i, one);
      return true;
    }
  }
  return false;
}

const common = (a: string, b: string): string =>
  Array.from(a)
    .filter((one) => b.includes(one))
    .join("");
