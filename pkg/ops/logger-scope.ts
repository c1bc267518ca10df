import { AsyncLocalStorage } from "node:async_hooks";

/** On whose behalf code runs, for the lines it logs. */
interface LogScope {
  /** Of the gRPC call; made by us, since what a client sends may be anything. */
  readonly callId: string;
  /** Of its trace, where traces are sent. */
  readonly traceId?: string | undefined;
}

const scopes = new AsyncLocalStorage<LogScope>();

/** Runs the work so that every line that it, or what it sets off, writes to a log names the scope. */
export function withLogScope<T>(scope: LogScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope of whoever asks; undefined where nobody called. */
export function currentLogScope(): LogScope | undefined {
  return scopes.getStore();
}
