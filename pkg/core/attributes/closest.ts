// One or two letters are near to too much. Attribute names are 32 characters at most: a longer word is no typing error,
// and would cost time to compare.
const SHORTEST_WORD = 3;
const LONGEST_WORD = 64;

/** The candidate fewest edits away from the word, or undefined when every one differs in more than a third of it. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const sought = plain(word.slice(0, LONGEST_WORD + 1));
  if (sought.length < SHORTEST_WORD || sought.length > LONGEST_WORD) return undefined;
  let best: string | undefined;
  let bestDistance = Math.floor(sought.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = edits(sought, plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

// given_name, givenName and "Given Name" are one word to a person.
const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/gu, "");

/** Insertions, deletions, replacements, and swaps of neighbours, each counted as one. */
function edits(a: string, b: string): number {
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
