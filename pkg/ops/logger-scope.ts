import { AsyncLocalStorage } from "node:async_hooks";

/** The call that code runs for, in its log lines. */
interface LogScope {
  /** Of the gRPC call. Made here, since an id from a client may be anything. */
  readonly callId: string;
  /** Of its trace, if traces are sent. */
  readonly traceId?: string | undefined;
}

const scopes = new AsyncLocalStorage<LogScope>();

/** Runs the work. All log lines that it causes have the scope. */
export function withLogScope<T>(scope: LogScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope of the running code; undefined outside of a call. */
export function currentLogScope(): LogScope | undefined {
  return scopes.getStore();
}
