import { orAborted } from "./abort.ts";

/** Lets one piece of work run at a time, in the order in which they asked. */
export interface OneAtATime {
  /** Resolves when it is this caller's turn, with the function that ends the turn. Rejects when the signal fires first. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(signal) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = Promise.all([before, promise]);
      try {
        await orAborted(before, signal);
      } catch (error) {
        resolve();
        throw error;
      }
      return resolve;
    },
  };
}
