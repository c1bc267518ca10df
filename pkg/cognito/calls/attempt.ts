import { setTimeout as delay } from "node:timers/promises";
import { orAborted } from "../../core/abort.ts";
import type { Sleep } from "../../core/clock.ts";
import { AttemptTimeout } from "../failures/failure.ts";

/** Node's timer, rejecting with the signal's own reason where Node rejects with an AbortError. */
export const systemSleep: Sleep = async (ms, signal) => {
  signal.throwIfAborted();
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
};

/**
 * Runs one exchange under the caller's signal and its own deadline, answer included. The exchange is torn down through
 * the signal that it is given.
 */
export async function withDeadline<T>(
  run: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const exchange = new AbortController();
  const onAbort = (): void => exchange.abort(signal.reason);
  const timer = setTimeout(
    () => exchange.abort(new AttemptTimeout(`no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await orAborted(run(exchange.signal), exchange.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
