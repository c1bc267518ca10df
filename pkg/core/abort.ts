/**
 * Rejects with the signal's reason as soon as it fires, even where the work does not listen to it. Node and its
 * libraries abort what they run themselves; nothing of theirs does so for a promise that is under way.
 */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // Its failure is of no interest any more, and must not count as unhandled.
    work.catch(() => undefined);
    throw signal.reason;
  }
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
