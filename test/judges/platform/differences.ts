// Where our daemon does not do as the official runner does, each with its reason. Everything else is the same.
import type { Json, JsonObject } from "../official-client.ts";

export interface Difference {
  readonly name: string;
  readonly reason: string;
  /** The official line as ours should be, given ours. The same line where the difference does not apply. */
  readonly expected: (official: JsonObject, ours: JsonObject) => JsonObject;
}

interface Status {
  readonly code: number;
  readonly message: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    name: "the headers of the gRPC library",
    reason: "grpc-js names itself and says which compressions it reads",
    expected: (line) =>
      isRpc(line)
        ? withHeaders(line, {
            "user-agent": "cool-name baton-sdk/<version> grpc-node-js/<version>",
            "accept-encoding": "identity",
            "grpc-accept-encoding": "identity,deflate,gzip",
          })
        : line,
  },
  {
    name: "a deadline for every call",
    reason:
      "the official runner waits for ever, except for FinishTask; a call that is lost would stop ours too",
    expected: (line) =>
      ["Hello", "GetTask", "GetTasks", "Heartbeat"].some((call) => call === line["call"])
        ? withHeaders(line, { "grpc-timeout": "<grpc-timeout>" })
        : line,
  },
  {
    name: "the headers of the token request",
    reason: "one small answer needs no compression, and its connection is not used again",
    expected: (line) => {
      if (line["call"] !== "token") return line;
      const { "accept-encoding": _, ...headers } = objectIn(line, "headers");
      return { ...line, headers: { ...headers, connection: "close" } };
    },
  },
  {
    name: "what Hello says of the machine and the program",
    reason:
      "the platform shows it; the distribution's own file has a shorter version, and no guess at a container",
    expected(line, ours) {
      if (line["call"] !== "Hello") return line;
      const theirs = objectIn(line, "request");
      const facts = objectIn(objectIn(ours, "request"), "os_info");
      for (const name of ["platform_version", "virtualization_system"]) {
        if (typeof facts[name] !== "string" || facts[name] === "") return line;
      }
      const { platform_version, virtualization_system } = facts;
      return {
        ...line,
        request: {
          ...theirs,
          build_info: { ...objectIn(theirs, "build_info"), package: "connector" },
          os_info: {
            ...objectIn(theirs, "os_info"),
            platform_version: platform_version ?? "",
            virtualization_system: virtualization_system ?? "",
          },
        },
      };
    },
  },
  {
    name: "the words about a request that breaks a rule of the protocol",
    reason: "ours name the field and the rule; the code and the second line are the same",
    expected: (line, ours) =>
      withMessage(line, ours, /^rpc error: code = InvalidArgument desc = invalid \w+Request\.[^\n]+/, {
        ours: /^rpc error: code = InvalidArgument desc = [a-z_.]+: must be [^\n]+/,
      }),
  },
  {
    name: "a failed upload names its call",
    reason: "the same words stand in the log, where nothing else says what failed",
    expected: (line, ours) =>
      withMessage(line, ours, /^refused by the script$/, {
        ours: /^UploadAsset: the platform answers refused by the script$/,
      }),
  },
  {
    name: "a sync that fails says that it goes on",
    reason: "the official runner begins at the first page again",
    expected: (line, ours) =>
      withMessage(line, ours, /^rpc error: code = PermissionDenied desc = ListUsers: [^;]+; [^;]+$/, {
        ours: /; what was read is kept, the next sync task of the platform goes on from there$/,
      }),
  },
  {
    name: "a sync cancelled in its middle",
    reason: "of the official runner, code and words depend on what it did at that moment",
    expected(line) {
      const status = statusOf(line);
      if (!status?.message.includes("context canceled")) return line;
      return withStatus(line, { code: 1, message: "the platform cancelled the task" });
    },
  },
];

function isRpc(line: JsonObject): boolean {
  return line["call"] !== "token";
}

function withHeaders(line: JsonObject, more: JsonObject): JsonObject {
  return { ...line, headers: { ...objectIn(line, "headers"), ...more } };
}

/** Of the report of a failure. */
function statusOf(line: JsonObject): Status | undefined {
  const { code, message } = objectIn(objectIn(line, "request"), "status");
  return typeof code === "number" && typeof message === "string" ? { code, message } : undefined;
}

/** Takes our text for theirs, when each has its form. */
function withMessage(
  line: JsonObject,
  ours: JsonObject,
  theirs: RegExp,
  { ours: form }: { readonly ours: RegExp },
): JsonObject {
  const [their, our] = [statusOf(line), statusOf(ours)];
  if (their === undefined || our === undefined) return line;
  if (!theirs.test(their.message) || !form.test(our.message)) return line;
  return withStatus(line, { ...their, message: our.message });
}

function withStatus(line: JsonObject, { code, message }: Status): JsonObject {
  const request = objectIn(line, "request");
  return { ...line, request: { ...request, status: { ...objectIn(request, "status"), code, message } } };
}

function objectIn(holder: JsonObject, name: string): JsonObject {
  const value: Json | undefined = holder[name];
  return isObject(value) ? value : {};
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
