// What the program waits for at AWS, so that nobody waits without knowing why.
import type { MonotonicClock } from "../../../pkg/core/clock.ts";
import type { AwsWaitEvent } from "../../../pkg/core/events.ts";
import type { Operation } from "../../../pkg/core/operations.ts";
import type { Logger } from "../../../pkg/ops/logger.ts";

/** A call that has waited for a while. */
export interface Waiting {
  readonly operation: Operation;
  readonly waitedMs: number;
  readonly attempt: number;
  /** A few words: `connection refused`, `no answer yet`. */
  readonly why: string;
}

export interface WaitWatch {
  observe(event: AwsWaitEvent): void;
  /** The call that has waited longest, if that is at least so long. Waits for the limiter do not count. */
  longest(leastMs: number): Waiting | undefined;
}

/** A wait below this is nothing to speak of. */
const UNEXPLAINED_MS = 2_000;
const SHOW_MS = 500;
const LOG_MS = 10_000;

export function createWaitWatch(monotonic: MonotonicClock): WaitWatch {
  const calls = new Map<symbol, { readonly sinceMs: number; readonly event: AwsWaitEvent }>();
  return {
    observe(event) {
      const known = calls.get(event.call);
      if (event.waitsFor === "nothing" || isTurn(event)) calls.delete(event.call);
      else calls.set(event.call, { sinceMs: known?.sinceMs ?? monotonic(), event });
    },
    longest(leastMs) {
      const [first] = [...calls.values()].toSorted((a, b) => a.sinceMs - b.sinceMs);
      if (first === undefined) return undefined;
      const waitedMs = monotonic() - first.sinceMs;
      if (waitedMs < leastMs) return undefined;
      const { operation, attempt, trouble, waitsFor } = first.event;
      const why = trouble ?? (waitsFor === "credentials" ? "AWS credentials" : "no answer yet");
      return { operation, waitedMs, attempt, why };
    },
  };
}

/** The limiter makes calls wait by intention, unless they failed before. */
function isTurn({ waitsFor, trouble }: AwsWaitEvent): boolean {
  return waitsFor === "turn" && trouble === undefined;
}

export function waitText({ operation, waitedMs, attempt, why }: Waiting): string {
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  return `waiting for AWS: ${why} (${operation}${again}, ${Math.round(waitedMs / 1000)} s)`;
}

/** The same for the front of a progress line, which has little room. */
export function shortWaitText({ waitedMs, attempt, why }: Waiting): string {
  const lead = attempt > 1 ? "retrying" : "waiting for AWS";
  return why === SLOWED_DOWN ? why : `${lead}: ${why} (${Math.round(waitedMs / 1000)} s)`;
}

/** In few words what the call waits for that has waited longest, once that takes a while. */
export function shortWait(watch: WaitWatch): string | undefined {
  const waiting = watch.longest(UNEXPLAINED_MS);
  return waiting === undefined ? undefined : shortWaitText(waiting);
}

const SLOWED_DOWN = "slowed down by AWS";

/** Shows what is waited for, until it is closed. */
export function showWaits(
  watch: WaitWatch,
  line: { show(text: string): void; clear(): void },
): { close(): void } {
  let shown = false;
  const draw = (): void => {
    const waiting = watch.longest(UNEXPLAINED_MS);
    if (waiting !== undefined) line.show(waitText(waiting));
    else if (shown) line.clear();
    shown = waiting !== undefined;
  };
  const timer = setInterval(draw, SHOW_MS);
  timer.unref();
  return {
    close() {
      clearInterval(timer);
      if (shown) line.clear();
    },
  };
}

/** Logs what is waited for after two seconds, and then every ten, until it is closed. */
export function logWaits(watch: WaitWatch, log: Pick<Logger, "warn">): { close(): void } {
  let nextMs = UNEXPLAINED_MS;
  const timer = setInterval(() => {
    const waiting = watch.longest(UNEXPLAINED_MS);
    if (waiting === undefined) nextMs = UNEXPLAINED_MS;
    if (waiting === undefined || waiting.waitedMs < nextMs) return;
    const { operation, attempt, why, waitedMs } = waiting;
    nextMs = waitedMs + LOG_MS;
    log.warn("waiting for AWS", { operation, attempt, outcome: why, durationMs: Math.round(waitedMs) });
  }, SHOW_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
