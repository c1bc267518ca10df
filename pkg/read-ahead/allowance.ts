/** Pages held for a caller that goes through few pages of members: at most. */
export const MOST_PAGES_OUTSIDE_PASS = 128;
/** Of a caller that goes through many: for each page that it has got, up to `MOST_PAGES_IN_PASS`. */
const PAGES_FOR_ONE = 8;
const MOST_PAGES_IN_PASS = 8192;

/** A caller earns one page for each page of so many in a row, then two for each of as many, up to `PAGES_FOR_ONE`. */
const IN_A_ROW_FOR_ONE = 8;
const MOST_IN_A_ROW = 1 + PAGES_FOR_ONE * IN_A_ROW_FOR_ONE;

/**
 * How many pages may be held for one caller: none at first, more where it waits for want of them, and one fewer for each
 * page that was read for nothing.
 */
export class Allowance {
  #pages = 0;
  /** Pages that the caller came for without a pause. Halved by each page that was read for nothing. */
  #inARow = 0;
  #wasFull = false;
  /** By so much it may grow, for the last two pages that the caller came for (AHEAD-5). */
  #earned = 0;
  #hasLent = false;

  /** `served`: pages of members that the caller has got in its pass through the groups. */
  pages(served: number): number {
    return Math.min(this.#pages, mostPages(served));
  }

  get isNone(): boolean {
    return this.#pages === 0;
  }

  /** One more would have been read. */
  full(): void {
    this.#wasFull = true;
  }

  /** The caller comes, without a pause, for the page that was to be read next. */
  cameForNext(): void {
    this.#inARow = Math.min(MOST_IN_A_ROW, this.#inARow + 1);
    this.#earned = Math.min(2 * this.#growth(), this.#earned + this.#growth());
  }

  /** The page that the caller would take now is not here. It may be missing because there was no room for it. */
  missed(served: number): void {
    if (!this.#wasFull) return;
    this.#pages = Math.min(mostPages(served), this.#pages + this.#earned);
    this.#earned = 0;
    this.#wasFull = false;
  }

  /** The caller goes through listings that are read side by side. Once: later it has to come for their pages. */
  lend(pages: number): void {
    if (!this.#hasLent) this.#pages = Math.max(this.#pages, pages);
    this.#hasLent = true;
  }

  /** The caller comes after a pause. */
  paused(): void {
    this.#inARow = 0;
    this.#earned = 0;
    this.#pages = Math.ceil(this.#pages / 2);
  }

  /** A page was read for nothing. */
  wasted(): void {
    this.#inARow = Math.floor(this.#inARow / 2);
    this.#earned = 0;
    this.#pages = Math.max(0, this.#pages - 1);
  }

  /** For one page. Nothing for the first of a row: nobody knows whether the caller will come for another one. */
  #growth(): number {
    return Math.max(0, Math.ceil((this.#inARow - 1) / IN_A_ROW_FOR_ONE));
  }
}

function mostPages(served: number): number {
  return Math.min(MOST_PAGES_IN_PASS, Math.max(MOST_PAGES_OUTSIDE_PASS, served * PAGES_FOR_ONE));
}
