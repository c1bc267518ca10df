// What an adapter reports to the log, the metrics and the traces. Names and numbers only: nothing that was sent or
// answered.
import type { Operation } from "./operations.ts";

/**
 * What callers can make grow, and what is done beyond the bound (SECURITY.md): calls without authentication of one peer or
 * of all, calls under way of one caller or of all, bytes of requests and of unread answers, calls that were cancelled,
 * calls that were refused, connections with calls of one caller, actions that run.
 */
export const SERVICE_BOUNDS = [
  "peer-calls",
  "caller-calls",
  "all-calls",
  "request-bytes",
  "unread-answers",
  "cancelled-calls",
  "refused-calls",
  "caller-connections",
  "actions",
] as const;

export type ServiceBound = (typeof SERVICE_BOUNDS)[number];

/** One finished gRPC call. */
export interface GrpcCallEvent {
  readonly service: string;
  readonly method: string;
  /** The gRPC name of the code, such as `OK` or `UNAVAILABLE`. */
  readonly code: string;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly peer: string;
  /** The caller's name as in the audit log; the peer where no authentication is required or it failed. */
  readonly caller: string;
  /** The call was rejected by authentication or by the caller's role, before its body was read. */
  readonly rejectedByAuth?: boolean | undefined;
  /** The call was refused because of this bound. */
  readonly met?: ServiceBound | undefined;
  /** The failure with its cause, which never leaves the process. */
  readonly error: Error | undefined;
}

/** One finished request of SCIM. */
export interface ScimCallEvent {
  readonly method: string;
  /** The path without ids, such as `/Users/{id}`; `other` for one that is not served. */
  readonly endpoint: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly peer: string;
  /** The caller's name as in the audit log; the peer where no authentication is required or it failed. */
  readonly caller: string;
  readonly rejectedByAuth?: boolean | undefined;
  /** The failure with its cause, which never leaves the process. */
  readonly error: Error | undefined;
}

/** One finished attempt to call AWS. */
export interface AwsCallEvent {
  readonly operation: Operation;
  /** `ok`, or the name of the error. */
  readonly outcome: string;
  /** Node's code of a network failure, such as `ECONNREFUSED`. */
  readonly networkCode?: string | undefined;
  /** 1 for the first. */
  readonly attempt: number;
  /** From the turn to the parsed answer, without the wait for the turn. */
  readonly latencyMs: number;
  readonly requestId: string | undefined;
}

/** What became of a page that was read before it was asked for. `dropped`: it was served to nobody. */
export type AheadOutcome = "used" | "dropped" | "failed";

/** What a call to AWS waits for now. Every call ends with `nothing`. */
export interface AwsWaitEvent {
  /** Tells the calls apart. */
  readonly call: symbol;
  readonly operation: Operation;
  /** `turn` is the limiter; `retry` the pause before the next attempt. */
  readonly waitsFor: "credentials" | "turn" | "answer" | "retry" | "nothing";
  /** 1 for the first. */
  readonly attempt: number;
  /** Why the last attempt failed, in a few words; undefined in the first. */
  readonly trouble: string | undefined;
}

/** Calls an observer. One that throws changes nothing for its caller. */
export function notify<E>(observer: ((event: E) => void) | undefined, event: E): void {
  try {
    observer?.(event);
  } catch {
    // The call that is observed must still get its answer, and the process must go on.
  }
}
