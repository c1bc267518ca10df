/**
 * `YYYY-MM-DD HH:MM:SS.nnn` in UTC, trailing zeros of the fraction trimmed: the text that Baton's Go driver writes
 * into a `datetime` column. In any other form it would sort wrongly against the rows of other writers.
 */
export function timestampText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace("T", " ")
    .replace(/\.?0*Z$/, "");
}

/** Milliseconds since the epoch; NaN when the text is no timestamp. Finer digits than milliseconds are cut off. */
export function parseTimestamp(text: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, day, time, fraction = ""] = parts;
  return Date.parse(`${day}T${time}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
}
