import { GovernanceError } from "../../core/errors.ts";

interface LockWaiter {
  readonly id: string;
  go(): void;
  fail(error: GovernanceError): void;
}

interface Queue {
  readonly holders: Set<string>;
  /** In order. A set, so that an abort removes from any place at once. */
  readonly waiting: Set<LockWaiter>;
}

/** The order in which changes of one lock run within this process: first come, first served (JOURNAL-3). */
export class LockTurns {
  readonly #queues = new Map<string, Queue>();
  readonly #lockOf = new Map<string, string>();

  /** Resolves when no other change of this process has the lock. An abort removes the change from the queue. */
  async take(lock: string, id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw GovernanceError.from(signal.reason);
    if (this.#lockOf.has(id)) throw new GovernanceError("internal", `change ${id} is open already`);
    const queue = this.#queueOf(lock);
    this.#lockOf.set(id, lock);
    if (queue.holders.size === 0) {
      queue.holders.add(id);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        queue.waiting.delete(waiter);
        waiter.fail(GovernanceError.from(signal.reason));
      };
      const waiter: LockWaiter = {
        id,
        go: () => {
          signal.removeEventListener("abort", abort);
          resolve();
        },
        fail: (error) => {
          signal.removeEventListener("abort", abort);
          this.#lockOf.delete(id);
          reject(error);
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      queue.waiting.add(waiter);
    });
  }

  /** For a change that exists already: later changes of the lock wait for it. */
  join(lock: string, id: string): void {
    this.#lockOf.set(id, lock);
    this.#queueOf(lock).holders.add(id);
  }

  /** Does nothing for an id that has no turn. */
  leave(id: string): void {
    const lock = this.#lockOf.get(id);
    const queue = lock === undefined ? undefined : this.#queues.get(lock);
    if (lock === undefined || queue === undefined || !queue.holders.delete(id)) return;
    this.#lockOf.delete(id);
    if (queue.holders.size > 0) return;
    const [next] = queue.waiting;
    if (next === undefined) {
      this.#queues.delete(lock);
      return;
    }
    queue.waiting.delete(next);
    queue.holders.add(next.id);
    next.go();
  }

  /** Rejects every waiting change. */
  end(error: GovernanceError): void {
    for (const queue of this.#queues.values()) {
      for (const waiter of queue.waiting) waiter.fail(error);
      queue.waiting.clear();
    }
  }

  #queueOf(lock: string): Queue {
    const found = this.#queues.get(lock);
    if (found !== undefined) return found;
    const made = { holders: new Set<string>(), waiting: new Set<LockWaiter>() };
    this.#queues.set(lock, made);
    return made;
  }
}
