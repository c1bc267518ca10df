/** How many pages are here or under way, and about how many bytes they take: those of one caller, or of all. */
export class HeldPages {
  readonly #ofAll: HeldPages | undefined;
  #pages = 0;
  #bytes = 0;

  /** `ofAll`: those of all callers, where this is one of them. */
  constructor(ofAll?: HeldPages) {
    this.#ofAll = ofAll;
  }

  get pages(): number {
    return this.#pages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(pages: number, bytes: number): void {
    this.#pages += pages;
    this.#bytes += bytes;
    this.#ofAll?.add(pages, bytes);
  }
}
