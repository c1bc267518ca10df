import type { JsonObject } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { BatonActionSchema } from "../../protocol/messages.ts";
import type { WriteContext } from "../../provision/provisioner.ts";

interface ActionRequest {
  readonly name: string;
  /** The resource type that the action is asked of; "" for the global ones, which ours all are. */
  readonly resourceTypeId?: string | undefined;
  readonly args: JsonObject;
  /** How long to wait for the end of it: 1 s unless positive, an hour at most. */
  readonly inlineWaitMs?: number | undefined;
}

/** One run of an action, as it is now. */
export interface Invocation {
  readonly id: string;
  readonly name: string;
  readonly status: "running" | "complete" | "failed";
  /** Empty while it runs; `success` and the return fields; `success` and `error` when it failed. */
  readonly response: JsonObject;
  readonly annotations: readonly Any[];
}

/**
 * What can be done by name beside the verbs of the protocol. Unknown names and ids are `not-found`; arguments are
 * checked, `invalid-argument`, before anything is written, against the pool too while the call waits. What fails
 * otherwise is a failed invocation and no error.
 */
export interface Actions {
  /** All for "", those of one resource type else, of which there are none. */
  schemas(resourceTypeId: string): readonly BatonActionSchema[];
  schema(name: string): BatonActionSchema;
  /** An action goes on when its caller has gone, for an hour at most. */
  invoke(request: ActionRequest, context: WriteContext, signal: AbortSignal): Promise<Invocation>;
  /** Kept for the last 1000 that have ended, and as long as the process lives. */
  status(id: string): Invocation;
  /** Resolves when no action is running. */
  idle(): Promise<void>;
}
