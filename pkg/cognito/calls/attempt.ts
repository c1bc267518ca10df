import { AttemptTimeout } from "../failures/failure.ts";

/** Settles as soon as the signal fires, even where the SDK waits on something that does not hear it. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // Nobody will look at it any more.
    work.catch(() => undefined);
    throw signal.reason;
  }
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

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
