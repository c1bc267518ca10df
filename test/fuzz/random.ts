// Random input that is the same for the same seed, and the loop that a fuzzer runs.
import { hash } from "../cognito/hash.ts";

/** `FUZZ_SEED` and `FUZZ_SECONDS` change them: `make fuzz SEED=7 SECONDS=600`. */
export const SEED = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
export const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 2);
/** The number of the first input: with the seed it repeats one finding. */
const FIRST = Number(process.env["FUZZ_INPUT"] ?? 0);

/** What a test needs beside the time of its fuzzer. */
export const TEST_TIMEOUT_MS = SECONDS * 1000 + 120_000;

export interface Random {
  /** A whole number from 0 to below the bound. */
  below(bound: number): number;
  /** True once in so many times. */
  once(in_: number): boolean;
  pick<T>(of: readonly [T, ...T[]]): T;
  /** Undefined for an empty list. */
  any<T>(of: readonly T[]): T | undefined;
  bytes(length: number): Buffer;
}

export function createRandom(seed: number): Random {
  let drawn = 0;
  const draw = (): number => {
    drawn += 1;
    return hash(seed, drawn, 5);
  };
  const below = (bound: number): number => Math.floor((draw() / 2 ** 32) * bound);
  return {
    below,
    once: (in_) => below(in_) === 0,
    pick: (of) => of[below(of.length)] ?? of[0],
    any: (of) => of[below(of.length)],
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

/**
 * Gives inputs to `tryOne` for the time of a fuzzer, so many at once. A finding is a text; the first one ends the loop and
 * names seed and input. Returns how many inputs were tried.
 */
export async function fuzz(
  title: string,
  tryOne: (random: Random) => Promise<string | undefined>,
  { atOnce = 1, seconds = SECONDS }: { readonly atOnce?: number; readonly seconds?: number } = {},
): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let next = FIRST;
  let found: string | undefined;
  async function work(): Promise<void> {
    while (found === undefined && performance.now() < until) {
      const input = next;
      next += 1;
      const finding = await tryOne(createRandom(hash(SEED, input, 3)));
      if (finding !== undefined) {
        found ??= `${title}: ${finding}\nagain: FUZZ_SEED=${SEED} FUZZ_INPUT=${input}`;
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  if (found !== undefined) throw new Error(found);
  return next - FIRST;
}
