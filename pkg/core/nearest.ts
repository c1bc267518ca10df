// Written by hand because the well-known packages (leven, fastest-levenshtein) count a swap of two neighbours, the most
// frequent typing error, as two edits.

/**
 * The candidate that a typing error may have meant, or undefined when none is close: by default a third of the word.
 * Words are compared as `fold` writes them.
 */
export function nearest(
  word: string,
  candidates: readonly string[],
  maxDistance = Math.max(1, Math.floor(word.length / 3)),
  fold = (text: string): string => text.toLowerCase(),
): string | undefined {
  const folded = fold(word);
  let best: string | undefined;
  let bestDistance = maxDistance + 1;
  for (const candidate of candidates) {
    const distance = editDistance(folded, fold(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, replacements, and swaps of neighbours, each counted as one. */
function editDistance(a: string, b: string): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (twoAbove[j - 2] ?? 0) + 1
          : replaced;
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
    }
    [twoAbove, above] = [above, row];
  }
  return above[b.length] ?? 0;
}
