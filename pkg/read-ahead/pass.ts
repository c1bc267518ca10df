import type { MonotonicMs } from "../core/clock.ts";
import { AskingPace } from "./asking-pace.ts";

/** A pool has no more groups. A caller may name more that do not exist. */
const MOST_GROUPS = 10_000;

/** One way of a caller through the groups, in which each group comes once and the caller makes no pause. */
export class Pass {
  readonly #pace = new AskingPace();
  readonly #groups = new Set<string>();
  #last: string | undefined;
  #pages = 0;

  /** Pages of members that the caller has got in it. */
  get pages(): number {
    return this.#pages;
  }

  isOn(now: MonotonicMs): boolean {
    return this.#pace.isKept(now);
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
    this.#pace.asks(now);
    return isNew;
  }

  answered(now: MonotonicMs): void {
    this.#pace.answered(now);
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
