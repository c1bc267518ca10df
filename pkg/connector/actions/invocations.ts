// The runs of actions.
//
// Invariants:
//   INVOCATION-1. A run that has begun does not end with its caller: it continues when the caller disconnects, for one
//       hour at most. One that still waits for its turn when the caller disconnects is dropped: nobody has its id.
//   INVOCATION-2. A run that has not ended is always known; of those that ended, the last 1000 are known.
//   INVOCATION-3. A wrong request of which nothing was done is an error of the call, as long as the call waits for the
//       run.
import type { JsonObject } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { GovernanceError } from "../../core/errors.ts";
import type { Invocation } from "./actions.ts";
import type { Turns } from "./turns.ts";

export interface Finished {
  readonly response: JsonObject;
  readonly annotations: readonly Any[];
}

interface RunRequest {
  readonly name: string;
  /** The caller's name, as in the audit log. */
  readonly caller: string;
  readonly run: (signal: AbortSignal) => Promise<Finished>;
  readonly waitMs: number;
}

interface Invocations {
  /**
   * Begins a run and waits for its end: `waitMs` at most, and not after the caller has disconnected. Rejects with
   * `throttled` when too many wait to run.
   */
  start(request: RunRequest, signal: AbortSignal): Promise<Invocation>;
  /** Undefined when no such run is known, or it is no longer known. */
  get(id: string): Invocation | undefined;
  idle(): Promise<void>;
}

const KEPT = 1000;
const RUN_LIMIT_MS = 60 * 60_000;

export function createInvocations(newId: () => string, turns: Turns): Invocations {
  const known = new Map<string, Invocation>();
  const ended: string[] = [];
  const running = new Map<string, Promise<void>>();

  function end(invocation: Invocation): void {
    known.set(invocation.id, invocation);
    ended.push(invocation.id);
    const oldest = ended.length > KEPT ? ended.shift() : undefined;
    if (oldest !== undefined) known.delete(oldest);
  }

  async function toTheEnd(
    id: string,
    name: string,
    run: (signal: AbortSignal) => Promise<Finished>,
  ): Promise<Ended> {
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort(new GovernanceError("deadline-exceeded", `action ${name} took longer than an hour`));
    }, RUN_LIMIT_MS);
    try {
      const finished = await run(limit.signal);
      return { invocation: { id, name, status: "complete", ...finished }, mistake: undefined };
    } catch (error) {
      const failure = GovernanceError.from(error);
      const response = { success: false, error: failure.message };
      return {
        invocation: { id, name, status: "failed", response, annotations: [] },
        mistake: isMistake(failure) ? failure : undefined,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async start({ name, caller, run, waitMs }, signal) {
      signal.throwIfAborted();
      const id = newId();
      // Until the call is answered: afterwards the caller has the id, and the run is wanted without it.
      const waiting = new AbortController();
      const leave = (): void => waiting.abort(signal.reason);
      signal.addEventListener("abort", leave, { once: true });
      const turn = turns.take(caller, waiting.signal);
      let now: Invocation = { id, name, status: "running", response: {}, annotations: [] };
      known.set(id, now);
      let mistake: GovernanceError | undefined;
      const follow = async (): Promise<void> => {
        let done: () => void;
        try {
          done = await turn;
        } catch (error) {
          known.delete(id);
          running.delete(id);
          throw error;
        }
        const ending = await toTheEnd(id, name, run);
        done();
        now = ending.invocation;
        mistake = ending.mistake;
        running.delete(id);
        end(now);
      };
      const done = follow();
      running.set(id, done);
      // The call reports the failure; a run that was dropped has none else to report it to.
      done.catch(() => {});
      try {
        await firstOf(done, waitMs, signal);
      } finally {
        signal.removeEventListener("abort", leave);
      }
      if (mistake !== undefined) throw mistake;
      return now;
    },
    get: (id) => known.get(id),
    async idle() {
      while (running.size > 0) await Promise.allSettled(running.values());
    },
  };
}

interface Ended {
  readonly invocation: Invocation;
  /** The failure, if the caller's request was wrong and nothing was done. */
  readonly mistake: GovernanceError | undefined;
}

function isMistake({ code, appliedEffects }: GovernanceError): boolean {
  return (code === "invalid-argument" || code === "not-found") && appliedEffects.length === 0;
}

/** Resolves with `done` or after `waitMs`; rejects when the caller disconnects. */
async function firstOf(done: Promise<void>, waitMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs);
  const gone = (): void => reject(GovernanceError.from(signal.reason));
  signal.addEventListener("abort", gone, { once: true });
  try {
    await Promise.race([done, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", gone);
  }
}
