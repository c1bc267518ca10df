import { GovernanceError } from "../core/errors.ts";

/** A key of both sides, or of one: then the other one is undefined. */
export interface Pair<T> {
  readonly old: T | undefined;
  readonly new: T | undefined;
}

type Rows<T> = AsyncIterable<T> | Iterable<T>;

/** A listing, and the name of what it is of. */
interface Listed<T> {
  readonly name: string;
  readonly rows: Rows<T>;
}

/** Walks two listings in the order of their keys. Of each it holds one row. `data-loss` for one that has another order. */
export async function* mergeByKey<T>(
  older: Listed<T>,
  newer: Listed<T>,
  compare: (a: T, b: T) => number,
): AsyncGenerator<Pair<T>> {
  const left = ascending(older, compare);
  const right = ascending(newer, compare);
  try {
    let [a, b] = [await left.next(), await right.next()];
    while (a.done !== true || b.done !== true) {
      const order = a.done === true ? 1 : b.done === true ? -1 : compare(a.value, b.value);
      const pair = {
        old: order <= 0 && a.done !== true ? a.value : undefined,
        new: order >= 0 && b.done !== true ? b.value : undefined,
      };
      yield pair;
      if (pair.old !== undefined) a = await left.next();
      if (pair.new !== undefined) b = await right.next();
    }
  } finally {
    await left.return(undefined);
    await right.return(undefined);
  }
}

// Rows out of order would be compared with the wrong ones, and show differences that do not exist (DIFF-1).
async function* ascending<T>(
  { name, rows }: Listed<T>,
  compare: (a: T, b: T) => number,
): AsyncGenerator<T, undefined> {
  let before: T | undefined;
  for await (const row of rows) {
    if (before !== undefined && compare(before, row) >= 0) {
      throw new GovernanceError(
        "data-loss",
        `${name} is damaged: its rows are not in the order of their keys`,
      );
    }
    before = row;
    yield row;
  }
  return undefined;
}
