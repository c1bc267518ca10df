import type { JsonObject } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Actions, Invocation } from "../../connector/actions/actions.ts";
import { type ActionService, BatonActionStatus } from "../../gen/c1/connector/v2/action_pb.ts";
import type { Handlers } from "../handlers.ts";
import { writeContext } from "./write-context.ts";

/** Actions by name. One that fails after it started is an answer with status FAILED and not an error. */
export function actionService(actions: Actions): Handlers<typeof ActionService> {
  return {
    listActionSchemas: ({ resourceTypeId }) => ({ schemas: [...actions.schemas(resourceTypeId)] }),
    getActionSchema: ({ name }) => ({ schema: actions.schema(name) }),
    invokeAction: async ({ name, resourceTypeId, args = {}, inlineWait }, signal, call) => {
      const inlineWaitMs = inlineWait === undefined ? undefined : durationMs(inlineWait);
      const request = { name, resourceTypeId, args, inlineWaitMs };
      return answerOf(await actions.invoke(request, writeContext(call), signal));
    },
    getActionStatus: ({ id }) => answerOf(actions.status(id)),
  };
}

const STATUS = {
  running: BatonActionStatus.RUNNING,
  complete: BatonActionStatus.COMPLETE,
  failed: BatonActionStatus.FAILED,
} as const satisfies Record<Invocation["status"], BatonActionStatus>;

function answerOf({ id, name, status, response, annotations }: Invocation): ActionAnswer {
  return { id, name, status: STATUS[status], response, annotations: [...annotations] };
}

interface ActionAnswer {
  readonly id: string;
  readonly name: string;
  readonly status: BatonActionStatus;
  readonly response: JsonObject;
  readonly annotations: Invocation["annotations"][number][];
}
