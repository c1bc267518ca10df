import { readdirSync, readFileSync } from "node:fs";
import { create, createFileRegistry, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { GrantsService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import { file_validate_validate } from "../../gen/validate/validate_pb.ts";
import { createReflection } from "./reflection.ts";

const reflect = createReflection([GrantsService]);

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

function ask(messageRequest: Question): ServerReflectionResponse {
  return reflect(create(ServerReflectionRequestSchema, { host: "h", messageRequest }));
}

/** The files of an answer, or what it is instead. */
function filesOf({ messageResponse }: ServerReflectionResponse) {
  if (messageResponse.case !== "fileDescriptorResponse") return messageResponse;
  return messageResponse.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
}

/** The name of the first file, which is the one that was asked for. */
function firstOf(answer: ServerReflectionResponse): unknown {
  const files = filesOf(answer);
  return Array.isArray(files) ? files[0]?.name : files;
}

const declaring = (value: string) => filesOf(ask({ case: "fileContainingSymbol", value }));

describe("the services", () => {
  test("are those served and reflection, sorted", () => {
    const answer = ask({ case: "listServices", value: "*" });
    expect(answer).toMatchObject({
      validHost: "h",
      originalRequest: { host: "h", messageRequest: { case: "listServices", value: "*" } },
      messageResponse: {
        case: "listServicesResponse",
        value: {
          service: [
            { name: "c1.connector.v2.GrantsService" },
            { name: "grpc.reflection.v1.ServerReflection" },
            { name: "grpc.reflection.v1alpha.ServerReflection" },
          ],
        },
      },
    });
  });
});

describe("files", () => {
  test("declare every type that the sources put into an Any", () => {
    const root = new URL("../../", import.meta.url);
    const packed = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.startsWith("gen/"))
      .flatMap((path) => [
        ...readFileSync(new URL(path, root), "utf8").matchAll(/\b(?:annotation|anyPack)\((\w+)Schema,/g),
      ])
      .map(([, name = ""]) => name);
    const unknown = [...new Set(packed)].filter((name) =>
      ["c1.connector.v2", "google.rpc", "google.protobuf"].every(
        (space) => !Array.isArray(declaring(`${space}.${name}`)),
      ),
    );
    expect(packed).toContain("UserTrait");
    expect(unknown).toEqual([]);
    expect(Array.isArray(declaring("google.rpc.Status"))).toBe(true);
  });

  test("come with all their imports, so that a client can build them", () => {
    const files = declaring("c1.connector.v2.GrantsService");
    const file = Array.isArray(files) ? files : [];
    expect(file[0]?.name).toBe("c1/connector/v2/grant.proto");
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: file.toReversed() }));
    expect(registry.getService("c1.connector.v2.GrantsService")?.methods.map(({ name }) => name)).toEqual(
      GrantsService.methods.map(({ name }) => name),
    );
  });

  test("keep their custom options, and the import that is there for those alone", () => {
    const files = declaring("c1.connector.v2.GrantsService");
    const [first, ...imports] = Array.isArray(files) ? files : [];
    expect(first?.dependency).toContain("validate/validate.proto");
    expect(imports.map(({ name }) => name)).toContain("validate/validate.proto");
    if (first === undefined) throw new Error("no file");
    expect(toBinary(FileDescriptorProtoSchema, first)).toEqual(
      toBinary(FileDescriptorProtoSchema, GrantsService.file.proto),
    );
  });

  test.for(["google/protobuf/any.proto", "validate/validate.proto", "grpc/reflection/v1/reflection.proto"])(
    "%s is had by its name",
    (value) => {
      expect(firstOf(ask({ case: "fileByFilename", value }))).toBe(value);
    },
  );
});

describe("a symbol", () => {
  test.for([
    ["c1.connector.v2.GrantsService.ListGrants", "c1/connector/v2/grant.proto"],
    ["c1.connector.v2.Grant", "c1/connector/v2/grant.proto"],
    ["c1.connector.v2.Grant.principal", "c1/connector/v2/grant.proto"],
    ["google.protobuf.Value.kind", "google/protobuf/struct.proto"],
    ["google.protobuf.NULL_VALUE", "google/protobuf/struct.proto"],
    ["google.protobuf.Value", "google/protobuf/struct.proto"],
    ["validate.rules", "validate/validate.proto"],
  ] as const)("%s is declared in %s", ([symbol, name]) => {
    const files = declaring(symbol);
    expect(Array.isArray(files) ? files[0]?.name : files).toBe(name);
  });

  test.for(["c1.connector.v2", "c1.connector.v2.TicketsService", "", "constructor", "__proto__", "toString"])(
    "%j is NOT_FOUND",
    (value) => {
      expect(declaring(value)).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
    },
  );
});

describe("extensions", () => {
  const rules = file_validate_validate.extensions.find(({ typeName }) => typeName === "validate.rules");

  test("are found by the message and the number", () => {
    const containingType = "google.protobuf.FieldOptions";
    const extensionNumber = rules?.number ?? 0;
    const found = firstOf(
      ask({ case: "fileContainingExtension", value: { containingType, extensionNumber } }),
    );
    expect(found).toBe("validate/validate.proto");
    const none = ask({ case: "fileContainingExtension", value: { containingType, extensionNumber: 1 } });
    expect(none.messageResponse).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
  });

  test("are listed, none too", () => {
    const numbers = (value: string) => ask({ case: "allExtensionNumbersOfType", value }).messageResponse;
    expect(numbers("google.protobuf.FieldOptions")).toMatchObject({
      value: { baseTypeName: "google.protobuf.FieldOptions", extensionNumber: [rules?.number] },
    });
    expect(numbers("c1.connector.v2.Grant")).toMatchObject({ value: { extensionNumber: [] } });
    expect(numbers("none")).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
  });
});

test("no question is INVALID_ARGUMENT", () => {
  expect(reflect(create(ServerReflectionRequestSchema)).messageResponse).toMatchObject({
    case: "errorResponse",
    value: { errorCode: 3 },
  });
});
