import type { MonotonicMs } from "../core/clock.ts";

/** A caller that asks for nothing for so long does not go through the groups any more. */
const PAUSE_MS = 5_000;
/** A pool has no more groups. A caller may name more that do not exist. */
const MOST_GROUPS = 10_000;

/** One way of a caller through the groups, in which each group comes once and the caller makes no pause. */
export class Pass {
  readonly #groups = new Set<string>();
  #last: string | undefined;
  #underWay = 0;
  #movedAt: MonotonicMs = Number.NEGATIVE_INFINITY;
  #pages = 0;

  /** Pages of members that the caller has got in it. */
  get pages(): number {
    return this.#pages;
  }

  isOn(now: MonotonicMs): boolean {
    return this.#underWay > 0 || now - this.#movedAt <= PAUSE_MS;
  }

  /** The caller asks for the first page of the group, or for a later one. Answers whether a new pass begins with it. */
  asks(groupName: string | undefined, now: MonotonicMs): boolean {
    const comesAgain = groupName !== undefined && groupName !== this.#last && this.#groups.has(groupName);
    const isNew = comesAgain || (groupName !== undefined && this.#isFull(groupName)) || !this.isOn(now);
    if (isNew) this.#restart();
    if (groupName !== undefined) {
      this.#groups.add(groupName);
      this.#last = groupName;
    }
    this.#movedAt = now;
    this.#underWay += 1;
    return isNew;
  }

  answered(now: MonotonicMs): void {
    this.#movedAt = now;
    this.#underWay -= 1;
  }

  servedMembers(): void {
    this.#pages += 1;
  }

  #isFull(groupName: string): boolean {
    return this.#groups.size >= MOST_GROUPS && !this.#groups.has(groupName);
  }

  #restart(): void {
    this.#groups.clear();
    this.#last = undefined;
    this.#pages = 0;
  }
}
