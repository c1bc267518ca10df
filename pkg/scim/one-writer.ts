import { createOneAtATime, type OneAtATime } from "../core/one-at-a-time.ts";

/** Lets one request at a time change a user or a group, in the order in which they asked. */
export interface OneWriter {
  /** Several keys are taken in one order, so that two requests never wait for each other. */
  write<T>(keys: readonly string[], work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Queue {
  readonly one: OneAtATime;
  requests: number;
}

export function createOneWriter(): OneWriter {
  const queues = new Map<string, Queue>();

  async function within<T>(keys: readonly string[], work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const [key, ...others] = keys;
    if (key === undefined) return await work();
    const queue = queues.get(key) ?? { one: createOneAtATime(), requests: 0 };
    queues.set(key, queue);
    queue.requests += 1;
    try {
      const leave = await queue.one.take(signal);
      try {
        return await within(others, work, signal);
      } finally {
        leave();
      }
    } finally {
      queue.requests -= 1;
      if (queue.requests === 0) queues.delete(key);
    }
  }

  return { write: (keys, work, signal) => within([...new Set(keys)].toSorted(), work, signal) };
}
