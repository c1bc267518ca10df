import { GovernanceError } from "./errors.ts";

/**
 * What is remembered of the pages of a listing: one of their markers, as a number, and how many there were. It finds a circle
 * of any length after less than three times that length (Brent's method), and fits into a page token.
 */
export interface MarkerTrail {
  readonly kept: number;
  readonly count: number;
  /** Undefined in a token of a version that kept no rows. */
  readonly rows?: RowTrail | undefined;
}

/** The marker of one place differs from answer to answer where it is encrypted, so rows show what markers do not. */
export interface RowTrail {
  /** The first row of one page, as a number that is not zero; zero before the first row. */
  readonly kept: number;
  /** Pages since then that began with that row. */
  readonly repeats: number;
  /** Pages without a row, up to the last one. */
  readonly empty: number;
}

/** A page that has a next one. */
export interface PassedPage {
  /** The marker of the next page. */
  readonly next: string;
  readonly isEmpty: boolean;
  /** Undefined where rows have no key, and of an empty page. */
  readonly firstKey?: string | undefined;
}

/** Before the first marker. */
export const NO_MARKERS: MarkerTrail = { kept: 0, count: 0 };

/** So many pages without a row, one after the other, are no listing that comes to its end. */
const EMPTY_PAGES = 1_000;

/** A row that moves while it is listed may come again; it does not come so often as the first of a page. */
const REPEATS = 10;

/** The trail with one page more. Throws `internal` where the listing would never end. */
export function trailAfter(trail: MarkerTrail, page: PassedPage, listing: string): MarkerTrail {
  const number = hashOf(page.next);
  if (trail.count > 0 && number === trail.kept) {
    throw endless(`Cognito's page markers for ${listing} lead back to an earlier page (a circle)`);
  }
  const count = trail.count + 1;
  const isKept = isKeptAt(count);
  const rows = rowsSeen(trail.rows ?? NO_PAGE, page, isKept);
  if (rows.empty >= EMPTY_PAGES) {
    throw endless(`${listing}: ${EMPTY_PAGES} pages in a row were empty, each with a marker of a next one`);
  }
  if (rows.repeats >= REPEATS) {
    throw endless(`Cognito's pages of ${listing} came again ${REPEATS} times, with other markers (a circle)`);
  }
  return { kept: isKept ? number : trail.kept, count, rows };
}

const NO_PAGE: RowTrail = { kept: 0, repeats: 0, empty: 0 };

function rowsSeen(rows: RowTrail, { isEmpty, firstKey }: PassedPage, isKept: boolean): RowTrail {
  const empty = isEmpty ? rows.empty + 1 : 0;
  const number = firstKey === undefined ? 0 : rowNumber(firstKey);
  if (isKept || rows.kept === 0) return { kept: number, repeats: 0, empty };
  return { kept: rows.kept, repeats: rows.repeats + (number === rows.kept ? 1 : 0), empty };
}

/** The 1st, 3rd, 7th, 15th, …: each is kept for twice as long as the one before. */
function isKeptAt(count: number): boolean {
  return Number.isInteger(Math.log2(count + 1));
}

/** 31 bits, so that the token stays short: two rows that are taken for one are no ten repeats. */
function rowNumber(key: string): number {
  return 1 + (hashOf(key) % (2 ** 31 - 1));
}

/** 53 bits: among a million markers two are taken for one with a probability of one in ten thousand million. */
function hashOf(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return 2 ** 32 * (high & 0x1fffff) + (low >>> 0);
}

function endless(why: string): GovernanceError {
  return new GovernanceError(
    "internal",
    `${why}, so the listing would never end; try again from its first page`,
  );
}
