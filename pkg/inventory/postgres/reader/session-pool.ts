import type { PostgresSession } from "../session.ts";

/** Sessions for queries that run side by side. One that a query has left broken is not used again. */
export class SessionPool {
  readonly #open: (signal: AbortSignal) => Promise<PostgresSession>;
  readonly #most: number;
  readonly #idle: PostgresSession[] = [];
  readonly #taken = new Set<PostgresSession>();
  readonly #waiting: (() => void)[] = [];
  #opening = 0;
  #isClosed = false;

  constructor(first: PostgresSession, most: number, open: (signal: AbortSignal) => Promise<PostgresSession>) {
    this.#idle.push(first);
    this.#most = most;
    this.#open = open;
  }

  async take(signal: AbortSignal): Promise<PostgresSession> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#isClosed) throw new Error("the inventory was closed");
      for (let one = this.#idle.pop(); one !== undefined; one = this.#idle.pop()) {
        if (one.isOver) continue;
        this.#taken.add(one);
        return one;
      }
      if (this.#taken.size + this.#opening < this.#most) return await this.#another(signal);
      await this.#turn(signal);
    }
  }

  /** The session, whose transaction has ended. */
  give(session: PostgresSession): void {
    this.#taken.delete(session);
    if (this.#isClosed) session.destroy();
    else if (!session.isOver) this.#idle.push(session);
    this.#waiting.shift()?.();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const one of this.#taken) one.destroy();
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all(this.#idle.splice(0).map((one) => one.close()));
  }

  async #another(signal: AbortSignal): Promise<PostgresSession> {
    this.#opening += 1;
    try {
      const session = await this.#open(signal);
      this.#taken.add(session);
      return session;
    } catch (error) {
      this.#waiting.shift()?.();
      throw error;
    } finally {
      this.#opening -= 1;
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    const place = this.#waiting.indexOf(resolve);
    if (place >= 0) this.#waiting.splice(place, 1);
    // Woken and given up at once: the turn is the next one's.
    else if (signal.aborted) this.#waiting.shift()?.();
  }
}
