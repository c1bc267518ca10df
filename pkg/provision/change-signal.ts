import type { CallOrigin } from "../core/call-origin.ts";
import { CHANGE_LIMIT_MS } from "./change-records.ts";

export interface ChangeSignal {
  /** For the calls of the change. */
  readonly signal: AbortSignal;
  /** To call when the change has ended. */
  readonly release: () => void;
}

/**
 * The caller's leave ends a change as long as none of its writes has been sent, so that it waits for no turn any more;
 * after that it goes on to its end (PROVISION-6). Without an origin it is not known what has been sent, so it goes on.
 */
export function changeSignal(caller: AbortSignal, origin: CallOrigin | undefined): ChangeSignal {
  const limit = AbortSignal.timeout(CHANGE_LIMIT_MS);
  if (origin === undefined) return { signal: limit, release: () => undefined };
  const left = new AbortController();
  const onLeave = (): void => {
    if (!origin.mustFinish) left.abort(caller.reason);
  };
  caller.addEventListener("abort", onLeave, { once: true });
  // The caller may have left while the journal was written.
  if (caller.aborted) onLeave();
  return {
    signal: AbortSignal.any([limit, left.signal]),
    release: () => caller.removeEventListener("abort", onLeave),
  };
}
