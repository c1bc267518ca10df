// Server reflection, v1 and v1alpha, over the generated descriptors. The official package converts descriptors with a
// library that drops custom options and their imports, so its answers differ from what is served; and its calls do not
// pass our interceptors.
import { create, type DescFile, type DescService, type MessageInitShape } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { ANY_FILES } from "./any-types.ts";
import { createReflectionIndex, type ReflectionIndex } from "./reflection-index.ts";

export const REFLECTION_SERVICES: readonly DescService[] = [ServerReflection, ServerReflectionAlpha];

/** Answers one question of the stream. The two versions share their shape, so this serves both. */
export type Reflect = (request: ServerReflectionRequest) => ServerReflectionResponse;

type ReflectionAnswer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;

/** Answers for these services and for reflection itself. */
export function createReflection(services: readonly DescService[]): Reflect {
  let index: ReflectionIndex | undefined;
  return (request) => {
    // Built at the first question: most servers never get one.
    index ??= createReflectionIndex([...services, ...REFLECTION_SERVICES], ANY_FILES);
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answer(index, request.messageRequest),
    });
  };
}

type Question = ServerReflectionRequest["messageRequest"];

function answer(index: ReflectionIndex, question: Question): ReflectionAnswer {
  const files = (file: DescFile | undefined): ReflectionAnswer =>
    file === undefined
      ? errorAnswer(status.NOT_FOUND, "nothing with this name is served here")
      : {
          case: "fileDescriptorResponse",
          value: { fileDescriptorProto: [...index.bytesOf(file)] },
        };

  switch (question.case) {
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { service: index.services.map((name) => ({ name })) },
      };
    case "fileByFilename":
      return files(index.file(question.value));
    case "fileContainingSymbol":
      return files(index.declaring(question.value));
    case "fileContainingExtension":
      return files(index.extending(question.value.containingType, question.value.extensionNumber));
    case "allExtensionNumbersOfType": {
      const numbers = index.extensionsOf(question.value);
      if (numbers === undefined)
        return errorAnswer(status.NOT_FOUND, "no message with this name is served here");
      return {
        case: "allExtensionNumbersResponse",
        value: { baseTypeName: question.value, extensionNumber: [...numbers] },
      };
    }
    case undefined:
      return errorAnswer(status.INVALID_ARGUMENT, "message_request: missing; ask one question");
  }
}

function errorAnswer(errorCode: status, errorMessage: string): ReflectionAnswer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
