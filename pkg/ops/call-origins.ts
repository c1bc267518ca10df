import { AsyncLocalStorage } from "node:async_hooks";
import type { CallOrigin, CallOrigins } from "../core/call-origin.ts";

export function createCallOrigins(): CallOrigins {
  const origins = new AsyncLocalStorage<CallOrigin | undefined>();
  // Before the first call, so outside of each.
  const outside = AsyncLocalStorage.snapshot();
  return {
    within: (caller, work) => origins.run({ caller, mustFinish: false }, work),
    forAll: (work) => origins.run(undefined, work),
    apart: (work) => outside(work),
    current: () => origins.getStore(),
  };
}
