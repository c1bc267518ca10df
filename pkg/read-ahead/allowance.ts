/** Pages held for a caller: at the start, and at least. */
const FIRST_PAGES = 8;
const LEAST_PAGES = 4;
/** By so much the number grows at once. */
const GROWTH = 1.5;

/** Pages held for a caller that goes through few pages of members: at most. */
export const MOST_PAGES_OUTSIDE_PASS = 128;
/** Of a caller that goes through many: for each page that it has got, up to `MOST_PAGES_IN_PASS`. */
const PAGES_FOR_ONE = 8;
const MOST_PAGES_IN_PASS = 8192;

/** How many pages may be held for one caller: more where it waits for want of them, fewer where they are read for nothing. */
export class Allowance {
  #pages = FIRST_PAGES;
  #wasFull = false;

  /** `served`: pages of members that the caller has got in its pass through the groups. */
  pages(served: number): number {
    return Math.min(this.#pages, mostPages(served));
  }

  /** One more would have been read. */
  full(): void {
    this.#wasFull = true;
  }

  /** The caller asks for a page. One that is not here may be missing because there was no room for it. */
  asked(isHere: boolean, served: number): void {
    if (this.#wasFull && !isHere) {
      this.#pages = Math.min(mostPages(served), Math.ceil(this.#pages * GROWTH));
    }
    this.#wasFull = false;
  }

  /** Pages were read for nothing. */
  shrink(): void {
    this.#pages = Math.max(LEAST_PAGES, Math.floor(this.#pages / 2));
  }
}

function mostPages(served: number): number {
  return Math.min(MOST_PAGES_IN_PASS, Math.max(MOST_PAGES_OUTSIDE_PASS, served * PAGES_FOR_ONE));
}
