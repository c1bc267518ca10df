/** When this process itself could not go on, so that what it measured then is its own time too. */
export interface OwnLateness {
  /** How long of this time, as performance.now(). */
  within(fromMs: number, toMs: number): number;
  stop(): void;
}

const TICK_MS = 5;
/** Timers are later than this on an idle machine. */
const USUAL_MS = 2;

export function watchOwnLateness(): OwnLateness {
  /** In their order. */
  const late: { readonly from: number; readonly to: number }[] = [];
  let due = performance.now() + TICK_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - due > USUAL_MS) late.push({ from: due, to: now });
    due = now + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return {
    within(fromMs, toMs) {
      let sum = 0;
      // A call is asked for when it ends: what was late meanwhile is at the end of the list.
      for (let at = late.length - 1; at >= 0; at -= 1) {
        const { from, to } = late[at] ?? { from: 0, to: 0 };
        if (to < fromMs) break;
        sum += Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs));
      }
      // What is late at this moment.
      return sum + Math.max(0, toMs - Math.max(due + USUAL_MS, fromMs));
    },
    stop: () => clearInterval(timer),
  };
}
