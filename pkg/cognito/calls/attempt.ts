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
 * Runs one request until its answer is complete, under the caller's signal and a deadline of its own. The signal that
 * `run` is given ends the request. Not AbortSignal.any with AbortSignal.timeout: that timer would outlive the request.
 */
export async function withDeadline<T>(
  run: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const request = new AbortController();
  const onAbort = (): void => request.abort(signal.reason);
  const timer = setTimeout(() => request.abort(new AttemptTimeout(timeoutMs)), timeoutMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await orAborted(run(request.signal), request.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
