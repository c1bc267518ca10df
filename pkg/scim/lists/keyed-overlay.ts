import { compareKeyBytes } from "./key-order.ts";

export type KeyChange = "written" | "deleted" | "hidden" | "shown";

/** A user or group that this program has changed, at one state. */
export interface Changed {
  readonly key: string;
  readonly isShown: boolean;
  /** The number of the write that has its content; 0: it is as the run has it. */
  readonly content: number;
}

interface Version {
  readonly seq: number;
  /** 0: it is as the run has it; -1: it was deleted; else the number of the write that has its content. */
  readonly content: number;
  readonly isHidden: boolean;
}

interface Entry {
  readonly key: string;
  readonly isInRun: boolean;
  /** In which part of the run it is. */
  readonly segment: number;
  readonly versions: Version[];
}

/** How many resources each part of the run has more or fewer, at one state. */
export interface Shift {
  readonly total: number;
  /** Of all parts up to each, itself not included; one more than there are parts. */
  readonly before: Int32Array;
}

/** What this program has changed since a run began, of all users or of all groups. Earlier states stay readable. */
export class KeyedOverlay {
  readonly #entries = new Map<string, Entry>();
  #sorted: Entry[] = [];
  #isSorted = true;
  readonly #isInRun: (key: string) => boolean;
  readonly #segmentOf: (key: string) => number;

  constructor(isInRun: (key: string) => boolean, segmentOf: (key: string) => number) {
    this.#isInRun = isInRun;
    this.#segmentOf = segmentOf;
  }

  /** Numbers only grow. */
  apply(seq: number, key: string, change: KeyChange): void {
    const { versions } = this.#entry(key);
    const { content, isHidden } = versions.at(-1) ?? { content: 0, isHidden: false };
    switch (change) {
      case "written":
        versions.push({ seq, content: seq, isHidden });
        break;
      case "deleted":
        versions.push({ seq, content: -1, isHidden });
        break;
      case "hidden":
      case "shown":
        versions.push({ seq, content, isHidden: change === "hidden" });
        break;
    }
  }

  /** Undefined where nothing was changed up to the number. */
  at(key: string, seq: number): Changed | undefined {
    const entry = this.#entries.get(key);
    return entry && changedAt(entry, seq);
  }

  /** Those behind the first key up to the last one; without it, all of them. */
  between(after: string, last: string | undefined, seq: number): readonly Changed[] {
    const sorted = this.#inOrder();
    const found: Changed[] = [];
    for (let at = firstBehind(sorted, after); at < sorted.length; at += 1) {
      const entry = sorted[at];
      if (entry === undefined || (last !== undefined && compareKeyBytes(entry.key, last) > 0)) break;
      const changed = changedAt(entry, seq);
      if (changed !== undefined) found.push(changed);
    }
    return found;
  }

  shiftAt(seq: number, segments: number): Shift {
    const before = new Int32Array(segments + 1);
    for (const entry of this.#entries.values()) {
      const changed = changedAt(entry, seq);
      if (changed === undefined) continue;
      const index = entry.segment + 1;
      before[index] = (before[index] ?? 0) + Number(changed.isShown) - Number(entry.isInRun);
    }
    for (let at = 1; at <= segments; at += 1) before[at] = (before[at] ?? 0) + (before[at - 1] ?? 0);
    return { total: before[segments] ?? 0, before };
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry = { key, isInRun: this.#isInRun(key), segment: this.#segmentOf(key), versions: [] };
    this.#entries.set(key, entry);
    this.#sorted.push(entry);
    this.#isSorted = false;
    return entry;
  }

  #inOrder(): readonly Entry[] {
    if (!this.#isSorted) this.#sorted = this.#sorted.toSorted((a, b) => compareKeyBytes(a.key, b.key));
    this.#isSorted = true;
    return this.#sorted;
  }
}

function changedAt({ key, isInRun, versions }: Entry, seq: number): Changed | undefined {
  const version = versions.findLast((one) => one.seq <= seq);
  if (version === undefined) return undefined;
  const exists = version.content > 0 || (version.content === 0 && isInRun);
  return { key, isShown: exists && !version.isHidden, content: Math.max(0, version.content) };
}

function firstBehind(sorted: readonly Entry[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeyBytes(sorted[middle]?.key ?? "", key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
