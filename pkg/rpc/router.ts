import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create, type DescMessage, isMessage } from "@bufbuild/protobuf";
import { checkConstraints } from "../protocol/constraints.ts";
import { decodeAnswer, type RpcAnswer } from "./encoded-answer.ts";
import type { HandlerCall, Route, ServiceRoutes } from "./handlers.ts";
import { failureOf } from "./status.ts";

/** The RPCs of the connector, called in this process. */
export interface RpcRouter {
  /**
   * Checks the request by the rules of the `.proto` files, as a call over the wire is, and answers it by the same handler.
   * Rejects with a GovernanceError or an UncodedError.
   */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    call: HandlerCall,
    signal: AbortSignal,
  ): Promise<MessageShape<O>>;
}

export function createRpcRouter(services: readonly ServiceRoutes[]): RpcRouter {
  const routes = new Map<string, Route>();
  for (const service of services) {
    for (const route of service.routes) routes.set(route.method.toString(), route);
  }
  return {
    async call(method, request, call, signal) {
      const route = routes.get(method.toString());
      if (route === undefined) throw new TypeError(`${method.toString()} has no route`);
      try {
        const message = create(method.input, request);
        checkConstraints(method.input, message);
        return await onlyAnswer(route.handle(message, signal, call), method.output);
      } catch (error) {
        throw failureOf(error, signal);
      }
    },
  };
}

async function onlyAnswer<O extends DescMessage>(
  answers: AsyncIterable<RpcAnswer>,
  output: O,
): Promise<MessageShape<O>> {
  for await (const answer of answers) {
    const message = decodeAnswer(answer);
    if (isMessage(message, output)) return message;
  }
  throw new TypeError(`${output.typeName}: the handler gave no answer`);
}
