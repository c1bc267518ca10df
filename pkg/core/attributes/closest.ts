import { nearest } from "../nearest.ts";

// A word of one or two letters is close to too many names. Attribute names have 32 characters at most: a longer word is
// not a typing error, and takes time to compare.
const SHORTEST_WORD = 3;
const LONGEST_WORD = 64;

/** The attribute name that a typing error may have meant, or undefined when each differs in more than a third. */
export function closestAttribute(word: string, names: readonly string[]): string | undefined {
  const { length } = fold(word.slice(0, LONGEST_WORD + 1));
  if (length < SHORTEST_WORD || length > LONGEST_WORD) return undefined;
  return nearest(word, names, Math.floor(length / 3), fold);
}

// given_name, givenName and "Given Name" are one word to a person.
const fold = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/gu, "");
