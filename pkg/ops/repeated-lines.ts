import type { MonotonicClock } from "../core/clock.ts";

/**
 * Lines that somebody else can cause as often as they like: the first ones of each source are written whole, and once a
 * minute one line says how many more there were.
 */
export interface RepeatedLines {
  /** Writes the line, or counts it. `what` must have few values: each source and each of them is counted by itself. */
  line(source: string, what: string, write: () => void): void;
  /** Writes the counts, also before the minute has passed. */
  flush(): void;
}

export interface RepeatedLinesOptions {
  readonly monotonic: MonotonicClock;
  /** Lines of one source that are written whole within a minute. */
  readonly whole: number;
  /** Writes that there were so many more lines like the last one. */
  readonly summarize: (source: string, what: string, more: number) => void;
}

const MINUTE_MS = 60_000;
/** Sources with counts of their own; those above it share one, so that nobody fills the memory or the disk. */
const MAX_SOURCES = 100;
const OTHERS = "(others)";

export function createRepeatedLines({ monotonic, whole, summarize }: RepeatedLinesOptions): RepeatedLines {
  const counts = new Map<string, { readonly source: string; readonly what: string; seen: number }>();
  let timer: NodeJS.Timeout | undefined;
  let since = monotonic();

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    since = monotonic();
    const all = [...counts.values()];
    counts.clear();
    for (const { source, what, seen } of all) {
      if (seen > whole) summarize(source, what, seen - whole);
    }
  }

  return {
    line(source, what, write) {
      if (monotonic() - since >= MINUTE_MS) flush();
      const own = `${source}\n${what}`;
      const isOwn = counts.has(own) || counts.size < MAX_SOURCES;
      const key = isOwn ? own : OTHERS;
      const count = counts.get(key) ?? {
        source: isOwn ? source : OTHERS,
        what: isOwn ? what : OTHERS,
        seen: 0,
      };
      counts.set(key, count);
      count.seen += 1;
      if (count.seen <= whole) write();
      if (timer !== undefined) return;
      timer = setTimeout(flush, MINUTE_MS);
      timer.unref();
    },
    flush,
  };
}
