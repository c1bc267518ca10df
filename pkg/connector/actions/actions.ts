import type { JsonObject } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { BatonActionSchema } from "../../protocol/messages.ts";
import type { WriteContext } from "../../provision/provisioner.ts";

interface ActionRequest {
  readonly name: string;
  /** "", or the resource type that the action changes: all of ours are global, and some platforms scope every call. */
  readonly resourceTypeId?: string | undefined;
  readonly args: JsonObject;
  /** How long the call waits for the result: 1 s if not positive, one hour at most. */
  readonly inlineWaitMs?: number | undefined;
}

/** The present state of one run of an action. */
export interface Invocation {
  readonly id: string;
  readonly name: string;
  readonly status: "running" | "complete" | "failed";
  /** Empty while it runs; then `success` with the return fields, or `success` with `error`. */
  readonly response: JsonObject;
  readonly annotations: readonly Any[];
}

/**
 * Changes that are called by name, in addition to the verbs of the protocol. An unknown name or id is `not-found`. Wrong
 * arguments are `invalid-argument`, before anything is written. This includes arguments that only the pool can check, if
 * the check ends while the call waits. Any other failure is a failed invocation and not an error of the call.
 */
export interface Actions {
  /** `""`: all schemas. A resource type: its own; today no type has any. */
  schemas(resourceTypeId: string): readonly BatonActionSchema[];
  schema(name: string): BatonActionSchema;
  /**
   * An action that has begun continues when its caller disconnects, for one hour at most. 64 run at a time; when too many
   * wait, the next is `throttled`.
   */
  invoke(request: ActionRequest, context: WriteContext, signal: AbortSignal): Promise<Invocation>;
  /** Known while the action runs; then for the last 1000 that ended, until the process ends. */
  status(id: string): Invocation;
  /** Resolves when no action is running. */
  idle(): Promise<void>;
}
