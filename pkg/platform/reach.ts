import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { TaskClient } from "./task-client.ts";

/** For how long the platform has not been reached. */
export interface Unreached {
  readonly forMs: number;
  /** How the last call failed; undefined while the first one waits for its answer. */
  readonly why: string | undefined;
}

export interface Reach {
  /** The client, watched. */
  readonly client: TaskClient;
  /** Undefined while the platform answers, and while there is nothing to ask it. */
  readonly unreached: () => Unreached | undefined;
}

/** Counts from the first call that is not answered. Any answered call ends it; a call that we cancel says nothing. */
export function watchReach(inner: TaskClient, monotonic: MonotonicClock): Reach {
  let since: number | undefined;
  let why: string | undefined;
  let waiting = 0;

  async function watched<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
    since ??= monotonic();
    waiting += 1;
    let answered = false;
    try {
      const answer = await call;
      answered = true;
      return answer;
    } catch (error) {
      if (!signal.aborted) why = GovernanceError.from(error).message;
      throw error;
    } finally {
      waiting -= 1;
      if (answered) why = undefined;
      const quiet = waiting === 0 && why === undefined;
      if (quiet) since = undefined;
      else if (answered) since = monotonic();
    }
  }

  return {
    client: {
      hello: (request, signal) => watched(inner.hello(request, signal), signal),
      getTask: (signal) => watched(inner.getTask(signal), signal),
      getTasks: (request, signal) => watched(inner.getTasks(request, signal), signal),
      heartbeat: (id, signal) => watched(inner.heartbeat(id, signal), signal),
      finishTask: (request, signal) => watched(inner.finishTask(request, signal), signal),
      upload: (id, path, signal) => watched(inner.upload(id, path, signal), signal),
      close: () => inner.close(),
    },
    unreached: () => (since === undefined ? undefined : { forMs: monotonic() - since, why }),
  };
}
