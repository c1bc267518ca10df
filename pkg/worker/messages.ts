import type { PackedFailure } from "./failures.ts";

/** What the two threads send each other. Everything in it can be cloned. */
export type WorkerRequest = CallByName | AbortOfCall;

interface CallByName {
  readonly kind: "call";
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
  /** The last argument is a signal, which cannot be cloned: the other thread makes one of its own. */
  readonly hasSignal: boolean;
}

interface AbortOfCall {
  readonly kind: "abort";
  readonly id: number;
  readonly reason: PackedFailure;
}

/** The value has the type that the caller expects of its call, which the messages do not know. */
export type WorkerAnswer<V = unknown> =
  | { readonly id: number; readonly isDone: true; readonly value: V }
  | { readonly id: number; readonly isDone: false; readonly failure: PackedFailure };
