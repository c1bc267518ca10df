import { withLogScope } from "../logger-scope.ts";
import type { Tracing } from "./tracing.ts";

/** Where no collector is configured: only the log learns which call its lines are about. */
export const NO_TRACING: Tracing = {
  within: ({ callId }, work) => withLogScope({ callId }, work),
  request() {},
  awsCall() {},
  async close() {},
};
