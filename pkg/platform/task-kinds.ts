import { TaskSchema } from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";

/** The kind of a task that this version does not know. */
export const UNKNOWN_KIND = "unknown";

/** Every kind of a task in the words of the protocol, such as `sync_full`, and `unknown`. */
export const TASK_KINDS: readonly string[] = [
  ...TaskSchema.oneofs.flatMap(({ fields }) => fields.map(({ name }) => name)),
  UNKNOWN_KIND,
];
