import { AsyncLocalStorage } from "node:async_hooks";
import type { CallOrigin, CallOrigins } from "../core/call-origin.ts";

export function createCallOrigins(): CallOrigins {
  const origins = new AsyncLocalStorage<CallOrigin>();
  return {
    within: (caller, work) => origins.run({ caller, mustFinish: false }, work),
    current: () => origins.getStore(),
  };
}
