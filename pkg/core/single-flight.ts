import { orAborted } from "./abort.ts";

interface Flight<T> {
  readonly work: Promise<T>;
  readonly stop: AbortController;
  waiters: number;
}

/** Runs the same work once for all who wait for it at the same time. */
export interface SingleFlight<T> {
  /** Joins the running work of this key, or starts it. The work is aborted when nobody waits for it any more. */
  run(key: string, start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** From now on `run` starts new work for this key. */
  forget(key: string): void;
  readonly size: number;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function leave(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  function begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController();
    const flight: Flight<T> = { work: start(stop.signal), stop, waiters: 0 };
    flights.set(key, flight);
    const land = (): void => leave(key, flight);
    flight.work.then(land, land);
    return flight;
  }

  return {
    async run(key, start, signal) {
      signal.throwIfAborted();
      const flight = flights.get(key) ?? begin(key, start);
      flight.waiters += 1;
      try {
        return await orAborted(flight.work, signal);
      } finally {
        flight.waiters -= 1;
        if (flight.waiters === 0) {
          leave(key, flight);
          flight.stop.abort();
        }
      }
    },
    forget: (key) => void flights.delete(key),
    get size() {
      return flights.size;
    },
  };
}
