import { AsyncLocalStorage } from "node:async_hooks";
import type { CallOrigin, CallOrigins } from "../core/call-origin.ts";

export function createCallOrigins(): CallOrigins {
  const origins = new AsyncLocalStorage<CallOrigin | undefined>();
  return {
    within: (caller, work) => origins.run({ caller, mustFinish: false }, work),
    forAll: (work) => origins.run(undefined, work),
    current: () => origins.getStore(),
  };
}
