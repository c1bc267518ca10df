/** More groups than this are not remembered: the groups of a larger pool are read ahead as far as these reach. */
const MOST_NAMES = 2000;
/** A caller that goes through the groups may leave out some, and several workers of it may come in another order. */
const NEAR = 4;

/** An order in which a caller may ask for the groups, from the first to the last or back. */
class Order {
  readonly #names: string[] = [];
  readonly #places = new Map<string, number>();
  #last: number | undefined;
  #direction: 1 | -1 | undefined;

  add(name: string): void {
    if (this.has(name) || this.#names.length >= MOST_NAMES) return;
    this.#places.set(name, this.#names.length);
    this.#names.push(name);
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  clear(): void {
    this.#names.length = 0;
    this.#places.clear();
    this.#last = undefined;
    this.#direction = undefined;
  }

  /** Whether the place is where a caller begins that goes through all of them. */
  beginsAt(name: string): void {
    if (this.#last !== undefined || this.#names.length < 2) return;
    const place = this.#places.get(name);
    this.#direction = place === 0 ? 1 : place === this.#names.length - 1 ? -1 : undefined;
  }

  asked(name: string): void {
    const last = this.#last;
    const place = this.#places.get(name);
    this.#last = place;
    if (last === place || last === undefined) return;
    const step = place === undefined ? 0 : place - last;
    if (this.#direction === undefined || step === 0 || Math.abs(step) > NEAR) {
      this.#direction = step === 1 ? 1 : step === -1 ? -1 : undefined;
    } else if (Math.sign(step) !== this.#direction) {
      // Several workers: this one came a moment late.
      this.#last = last;
    }
  }

  /** Those behind the one that was asked for last, the next one first. */
  upcoming(most: number): readonly string[] {
    const last = this.#last;
    if (last === undefined || this.#direction === undefined) return [];
    if (this.#direction === 1) return this.#names.slice(last + 1, last + 1 + most);
    return this.#names.slice(Math.max(0, last - most), last).toReversed();
  }
}

/**
 * Learns in which order one caller asks for the members of the groups: the order in which it asked something else about
 * them before, else that of the listing of groups, forwards or backwards. It foresees nothing until two groups in a row
 * have followed that order, or the first one is at an end of the order in which it asked before.
 */
export class Foresight {
  readonly #visited = new Order();
  readonly #listed = new Order();

  listed(names: readonly string[]): void {
    for (const name of names) this.#listed.add(name);
  }

  visited(name: string): void {
    // A group that comes again begins a new round.
    if (this.#visited.has(name)) this.#visited.clear();
    this.#visited.add(name);
  }

  /** The caller begins to ask for the members of the group. */
  asked(name: string): void {
    this.#visited.beginsAt(name);
    this.#visited.asked(name);
    this.#listed.asked(name);
  }

  upcoming(most: number): readonly string[] {
    const visited = this.#visited.upcoming(most);
    return visited.length > 0 ? visited : this.#listed.upcoming(most);
  }

  clear(): void {
    this.#visited.clear();
    this.#listed.clear();
  }
}
