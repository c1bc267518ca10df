import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { type Status, StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import { RPC_CODES } from "../../rpc/status.ts";
import type { FinishTaskRequest } from "../task-client.ts";

/** How a task ended. Each kind says what is reported to the platform. */
export type TaskOutcome =
  | { readonly kind: "done"; readonly response: Any | undefined; readonly annotations: readonly Any[] }
  | {
      readonly kind: "failed";
      readonly status: Status;
      readonly nonRetryable: boolean;
      readonly annotations?: readonly Any[];
      /** For the log: the status does not say where an unexpected error came from. */
      readonly error?: unknown;
    }
  /** Nothing is reported, as by Go's runner: the platform gives the task again after its own time limit. */
  | { readonly kind: "unanswered"; readonly why: string };

/** Go's runner adds this line to the message of an error that it does not want to be retried. */
const NON_RETRYABLE_LINE = "task failed and is non-retryable";

export function done<D extends DescMessage>(
  schema: D,
  response: MessageShape<D>,
  annotations: readonly Any[] = [],
): TaskOutcome {
  return { kind: "done", response: anyPack(schema, response), annotations };
}

/** A status, with the message that Go's runner would send for it. */
export function failed(status: Status, nonRetryable: boolean, error?: unknown): TaskOutcome {
  if (!nonRetryable) return { kind: "failed", status, nonRetryable, error };
  const { code, details } = status;
  const message = `${goText(status)}\n${NON_RETRYABLE_LINE}`;
  return { kind: "failed", status: create(StatusSchema, { code, message, details }), nonRetryable, error };
}

/** Of a sync that could not read the pool: Go's syncer has wrapped the error, so that the code is in the message too. */
export function failedReading(status: Status, error: unknown): TaskOutcome {
  const { code, details } = status;
  const whole = create(StatusSchema, { code, message: goText(status), details });
  return { kind: "failed", status: whole, nonRetryable: false, error };
}

/** An error of gRPC as Go prints it. */
function goText({ code, message }: Status): string {
  return `rpc error: code = ${goCodeName(code)} desc = ${message}`;
}

/** A task that lacks what it needs, or one that nobody can do. */
export function refusedTask(
  message: string,
  { nonRetryable }: { readonly nonRetryable: boolean },
): TaskOutcome {
  const whole = nonRetryable ? `${message}\n${NON_RETRYABLE_LINE}` : message;
  const status = create(StatusSchema, { code: RPC_CODES.UNKNOWN, message: whole });
  return { kind: "failed", status, nonRetryable };
}

/** Undefined when nothing is reported. */
export function finishRequest(taskId: string, outcome: TaskOutcome): FinishTaskRequest | undefined {
  switch (outcome.kind) {
    case "done": {
      const { response, annotations } = outcome;
      const value = { annotations: [...annotations], ...(response === undefined ? {} : { response }) };
      return { taskId, finalState: { case: "success", value } };
    }
    case "failed": {
      const { status, nonRetryable, annotations = [] } = outcome;
      const value = { nonRetryable, annotations: [...annotations] };
      return { taskId, status, finalState: { case: "error", value } };
    }
    case "unanswered":
      return undefined;
  }
}

const GO_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(RPC_CODES).map(([name, code]) => [code, goName(name)]),
);

/** `NOT_FOUND` is `NotFound` in Go, and `CANCELLED` is `Canceled`. */
function goName(name: string): string {
  if (name === "OK") return name;
  if (name === "CANCELLED") return "Canceled";
  return name
    .split("_")
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join("");
}

function goCodeName(code: number): string {
  return GO_NAMES[code] ?? `Code(${code})`;
}
