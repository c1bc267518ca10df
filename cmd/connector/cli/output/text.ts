import stringWidth from "string-width";

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `1 group`, `1,200 groups`. The noun must take a plain s. */
export function counted(count: number, noun: string): string {
  return `${NUMBER.format(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** A duration, rounded for reading: `0.4 s`, `40 s`, `3 min`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950 && ms % 1000 !== 0) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

// JSON.stringify leaves these as they are, but a terminal obeys them: C1 controls, line separators, direction marks.
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** JSON that is safe on a terminal: the same value, with unprintable characters escaped as JSON allows. */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The number of terminal columns that the text takes: 2 for a wide character or an emoji, 0 for a combining mark. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** The text in lines of at most this many terminal columns, broken at spaces where there are any. Nothing is left out. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > columns) {
    const most = longestStart(rest, columns);
    const space = rest.slice(0, most.length + 1).lastIndexOf(" ");
    const line = space > 0 ? rest.slice(0, space) : most;
    lines.push(line);
    rest = rest.slice(line.length).replace(/^ /, "");
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest];
}

/** Whole characters from the start of the text that fit; at least one. */
function longestStart(text: string, columns: number): string {
  let left = columns;
  let start = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    left -= displayWidth(segment);
    if (left < 0 && start !== "") break;
    start += segment;
  }
  return start;
}

/** The text cut to this many terminal columns, never inside a character; an ellipsis marks the cut. */
export function fitted(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let left = columns - 1;
  let cut = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    left -= displayWidth(segment);
    if (left < 0) break;
    cut += segment;
  }
  return `${cut}…`;
}
