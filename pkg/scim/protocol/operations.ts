import type { JsonValue } from "../resource.ts";
import type { Target } from "./targets.ts";

/** One change of one attribute, its value in the form of the attribute. */
export interface AttributeOperation {
  readonly op: "add" | "replace" | "remove";
  readonly target: Target;
  /** Undefined: no value. For a `remove` it limits what is removed. */
  readonly value: JsonValue | undefined;
}

/** What a readOnly attribute was sent as: right if it is what the resource has. */
export interface UnchangedOperation {
  readonly op: "unchanged";
  readonly target: Target;
  readonly value: JsonValue | undefined;
}

/** An attribute that the pool does not have. */
export interface DroppedOperation {
  readonly op: "dropped";
  readonly name: string;
}

export type PatchOperation = AttributeOperation | UnchangedOperation | DroppedOperation;

/** The names of what the PATCH has and the pool does not, for the log and the metrics. */
export function droppedOf(operations: readonly PatchOperation[]): readonly string[] {
  return operations.flatMap((one) => (one.op === "dropped" ? [one.name] : []));
}
