// How much the slow suites play: a part, drawn from a seed that the titles of the tests name, and another one in every run.
// `make slow THOROUGH=1` plays all, and `FUZZ_SEED=n` draws the same part again.
import { hash } from "../cognito/hash.ts";
import { createRandom, SEED } from "../fuzz/random.ts";

const IS_THOROUGH = process.env["THOROUGH"] === "1";

/** What a title says of the part that was drawn. */
export const DRAWN = IS_THOROUGH ? "all" : `drawn by FUZZ_SEED=${SEED}`;

/** How many rounds to play: `all` of them where the suite is thorough. */
export function rounds(part: number, all: number): number {
  return IS_THOROUGH ? all : part;
}

/** The first, the last and so many between them, in their order; all where the suite is thorough. */
export function drawnOf<T>(all: readonly T[], between: number, title: string): readonly T[] {
  if (IS_THOROUGH) return all;
  const seed = Array.from(title).reduce((mixed, letter) => hash(mixed, letter.charCodeAt(0), 7), SEED);
  const random = createRandom(seed);
  const left = all.slice(1, -1).map((_, index) => index + 1);
  const chosen = new Set([0, all.length - 1]);
  while (chosen.size < between + 2 && left.length > 0) {
    for (const index of left.splice(random.below(left.length), 1)) chosen.add(index);
  }
  return all.filter((_, index) => chosen.has(index));
}
