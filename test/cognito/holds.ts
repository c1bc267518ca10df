import type { CallMatch, Faults } from "./faults.ts";
import type { CallRecord } from "./record.ts";

/** Calls that wait until the test releases them. */
export interface Hold {
  /** The calls that are waiting now. */
  readonly waiting: readonly CallRecord[];
  /** Resolves when so many calls have begun to wait, in total. */
  arrived(count?: number): Promise<void>;
  /** Releases the waiting calls, and holds no later ones. */
  release(): void;
}

export interface Holds {
  /** At "request" the call is not carried out yet; at "answer" it is, and only the client does not know. */
  hold(match: CallMatch, at: "request" | "answer"): Hold;
  pause(call: CallRecord, at: "request" | "answer"): Promise<void>;
  releaseAll(): void;
}

export function createHolds(faults: Faults): Holds {
  const paused = new Map<CallRecord, { readonly at: string; readonly gate: Promise<void> }[]>();
  const open = new Set<() => void>();

  return {
    hold(match, at) {
      const waiting: CallRecord[] = [];
      const watchers: { readonly count: number; readonly tell: () => void }[] = [];
      const gate = Promise.withResolvers<void>();
      let seen = 0;
      let released = false;
      const rule = faults.arm({
        ...match,
        run: (call) => {
          if (released) return;
          waiting.push(call);
          paused.set(call, [...(paused.get(call) ?? []), { at, gate: gate.promise }]);
        },
      });
      const release = (): void => {
        released = true;
        rule.remove();
        waiting.length = 0;
        open.delete(release);
        gate.resolve();
      };
      open.add(release);
      const onPause = (): void => {
        seen += 1;
        for (const watcher of watchers) if (seen >= watcher.count) watcher.tell();
      };
      arrivals.set(gate.promise, onPause);
      return {
        waiting,
        arrived(count = 1) {
          if (seen >= count) return Promise.resolve();
          const arrival = Promise.withResolvers<void>();
          watchers.push({ count, tell: arrival.resolve });
          return arrival.promise;
        },
        release,
      };
    },
    async pause(call, at) {
      const gates = paused.get(call)?.filter((one) => one.at === at) ?? [];
      for (const one of gates) {
        arrivals.get(one.gate)?.();
        await one.gate;
      }
    },
    releaseAll() {
      for (const release of open) release();
    },
  };
}

// Reports to a hold that a call waits for it, after its other effects.
const arrivals = new WeakMap<Promise<void>, () => void>();
