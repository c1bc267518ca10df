import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { isMessage } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import type { HandlerCall } from "../../rpc/handlers.ts";
import type { RpcRouter } from "../../rpc/router.ts";
import { failureOf, rpcStatusOf } from "../../rpc/status.ts";
import { done, failed, type TaskOutcome } from "./outcome.ts";

/** What a row of the task matrix is done with. */
export interface TaskContext {
  readonly taskId: string;
  readonly router: RpcRouter;
  readonly signal: AbortSignal;
}

/** The RPC's answer, or how it failed. */
export type RpcResult<O extends DescMessage> =
  | { readonly ok: true; readonly answer: MessageShape<O> }
  | { readonly ok: false; readonly outcome: TaskOutcome };

export async function callRpc<I extends DescMessage, O extends DescMessage>(
  { router, signal, taskId }: TaskContext,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  { nonRetryable }: { readonly nonRetryable: boolean },
): Promise<RpcResult<O>> {
  try {
    return { ok: true, answer: await router.call(method, request, callOf(taskId), signal) };
  } catch (error) {
    const failure = failureOf(error, signal);
    return { ok: false, outcome: failed(rpcStatusOf(failure, method), nonRetryable, failure) };
  }
}

/** The RPC of a task that changes something. Its answer is the response of the task, with the same annotations. */
export async function changedBy<I extends DescMessage, O extends DescMessage>(
  context: TaskContext,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): Promise<TaskOutcome> {
  const result = await callRpc(context, method, request, { nonRetryable: true });
  if (!result.ok) return result.outcome;
  const { answer } = result;
  return done(method.output, answer, annotationsOf(answer));
}

/** The RPC of a task that asks for something. Its answer is the response of the task, whose annotations are in it. */
export async function answeredBy<I extends DescMessage, O extends DescMessage>(
  context: TaskContext,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): Promise<TaskOutcome> {
  const result = await callRpc(context, method, request, { nonRetryable: false });
  return result.ok ? done(method.output, result.answer) : result.outcome;
}

function annotationsOf(answer: object): readonly Any[] {
  if (!("annotations" in answer) || !Array.isArray(answer.annotations)) return [];
  return answer.annotations.filter((annotation) => isMessage(annotation, AnySchema));
}

/** The audit log names the task as the requester of a change. */
function callOf(taskId: string): HandlerCall {
  return {
    via: "platform",
    peer: "",
    caller: `task ${taskId}`,
    header: () => undefined,
    setTrailer: () => {},
  };
}
