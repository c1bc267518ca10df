import { withLogScope } from "../logger-scope.ts";
import type { Tracing } from "./tracing.ts";

/** Without a collector: log lines have the id of the call, and nothing else happens. */
export const NO_TRACING: Tracing = {
  within: ({ callId }, work) => withLogScope({ callId }, work),
  request() {},
  scimRequest() {},
  awsCall() {},
  async close() {},
};
