// The two ends of a gRPC connection, for tests: a thin client over descriptors, which returns a failed call as a value
// with its trailers, and our server over a connector without a pool.

import { Buffer } from "node:buffer";
import {
  create,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  Client,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { Connector, MessageRow } from "../../pkg/connector/connector.ts";
import { createEventFeed } from "../../pkg/connector/event-feed.ts";
import type { ProvisioningVerbs } from "../../pkg/connector/provisioning/verbs.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { GrpcCallEvent } from "../../pkg/core/events.ts";
import {
  type RateLimitDescription,
  RateLimitDescriptionSchema,
} from "../../pkg/gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { type Status, StatusSchema } from "../../pkg/gen/google/rpc/status_pb.ts";
import type { GrpcServer } from "../../pkg/grpc/server.ts";
import {
  ConnectorMetadataSchema,
  EntitlementSchema,
  GrantSchema,
  ResourceSchema,
  ResourceType_Trait,
  ResourceTypeSchema,
} from "../../pkg/protocol/messages.ts";
import { FREE_PORT, testGrpcServer } from "./grpc-server.ts";

export interface Reply<Answer> {
  /** The gRPC name of the code, such as `OK`. */
  readonly code: string;
  /** The text of the status; empty when the call succeeded. */
  readonly message: string;
  /** Present exactly when the code is `OK`. */
  readonly answer: Answer | undefined;
  /** `grpc-status-details-bin`, decoded. */
  readonly details: Status | undefined;
  readonly rateLimit: RateLimitDescription | undefined;
  /** Text trailers by name. */
  readonly trailers: Readonly<Record<string, string>>;
}

export interface CallOptions {
  /** The deadline, which the client keeps too. */
  readonly timeoutMs?: number;
  /** More headers, several of a name too. A `grpc-timeout` among them is a deadline that only the server keeps. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

export interface GrpcTestClient {
  unary<M extends DescMethod>(
    method: M,
    request?: MessageInitShape<M["input"]>,
    options?: CallOptions,
  ): Promise<Reply<MessageShape<M["output"]>>>;
  /** All answers of a server-streaming call. */
  stream<M extends DescMethod>(
    method: M,
    request?: MessageInitShape<M["input"]>,
    options?: CallOptions,
  ): Promise<Reply<readonly MessageShape<M["output"]>[]>>;
  /** Sends raw bytes to any path. */
  bytes(path: string, request: Uint8Array): Promise<Reply<Buffer>>;
  close(): void;
}

/** A client of `host:port` or `unix:/path`, on connections that it shares with no other client. */
export function grpcClient(target: string, channel = credentials.createInsecure()): GrpcTestClient {
  const client = new Client(target, channel, {
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
  });

  function bytes(path: string, request: Uint8Array, options: CallOptions = {}): Promise<Reply<Buffer>> {
    return new Promise((resolve) => {
      // The answer comes before the status, and the trailers with that.
      let outcome: Reply<Buffer> | undefined;
      const call: ClientUnaryCall = client.makeUnaryRequest(
        path,
        (value: Uint8Array) => Buffer.from(value),
        (value: Buffer) => value,
        request,
        headersOf(options),
        deadline(options),
        (error: ServiceError | null, answer?: Buffer) => {
          outcome = error === null ? succeeded(answer ?? Buffer.alloc(0)) : failed(error);
        },
      );
      call.on("status", ({ metadata }) => {
        if (outcome !== undefined) resolve({ ...outcome, trailers: trailersOf(metadata) });
      });
      options.signal?.addEventListener("abort", () => call.cancel(), { once: true });
    });
  }

  return {
    async unary<M extends DescMethod>(
      method: M,
      request: MessageInitShape<M["input"]> | undefined,
      options?: CallOptions,
    ) {
      const reply = await bytes(pathOf(method), encoded(method, request), options);
      if (reply.answer === undefined) return { ...reply, answer: undefined };
      return { ...reply, answer: decoded(method, reply.answer) };
    },
    stream<M extends DescMethod>(
      method: M,
      request: MessageInitShape<M["input"]> | undefined,
      options: CallOptions = {},
    ) {
      return new Promise<Reply<readonly MessageShape<M["output"]>[]>>((resolve) => {
        const answers: MessageShape<M["output"]>[] = [];
        const call = client.makeServerStreamRequest(
          pathOf(method),
          (value: Uint8Array) => Buffer.from(value),
          (value: Buffer) => value,
          encoded(method, request),
          headersOf(options),
          deadline(options),
        );
        options.signal?.addEventListener("abort", () => call.cancel(), { once: true });
        call.on("data", (answer: Buffer) => answers.push(decoded(method, answer)));
        call.on("error", (error: ServiceError) => resolve(failed(error)));
        call.on("end", () => resolve(succeeded(answers)));
      });
    },
    bytes,
    close: () => client.close(),
  };
}

/** One call over a connection of its own. */
export async function callUnary<M extends DescMethod>(
  target: string,
  method: M,
  request?: MessageInitShape<M["input"]>,
): Promise<Reply<MessageShape<M["output"]>>> {
  const client = grpcClient(target);
  try {
    return await client.unary(method, request);
  } finally {
    client.close();
  }
}

/** `/c1.connector.v2.GrantsService/ListGrants`, built without the server's own code. */
function pathOf(method: DescMethod): string {
  return ["", method.parent.typeName, method.name].join("/");
}

function encoded<M extends DescMethod>(
  method: M,
  request: MessageInitShape<M["input"]> | undefined,
): Uint8Array {
  const input: M["input"] = method.input;
  return toBinary(input, create(input, request));
}

function decoded<M extends DescMethod>(method: M, bytes: Uint8Array): MessageShape<M["output"]> {
  const output: M["output"] = method.output;
  return fromBinary(output, bytes);
}

function headersOf({ headers = {} }: CallOptions): Metadata {
  const metadata = new Metadata();
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) metadata.add(name, value);
  }
  return metadata;
}

function deadline({ timeoutMs }: CallOptions): { deadline?: number } {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function succeeded<T>(answer: T): Reply<T> {
  return { code: "OK", message: "", answer, details: undefined, rateLimit: undefined, trailers: {} };
}

function failed(error: ServiceError): Reply<never> {
  const trailer = error.metadata.get("grpc-status-details-bin")[0];
  const details = trailer instanceof Buffer ? fromBinary(StatusSchema, trailer) : undefined;
  const limits = details?.details.map((detail) => anyUnpack(detail, RateLimitDescriptionSchema));
  return {
    code: status[error.code],
    message: error.details,
    answer: undefined,
    details,
    rateLimit: limits?.find((limit) => limit !== undefined),
    trailers: trailersOf(error.metadata),
  };
}

function trailersOf(metadata: Metadata): Record<string, string> {
  const texts = Object.entries(metadata.getMap()).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
}

const types = [
  create(ResourceTypeSchema, { id: "user", displayName: "User", traits: [ResourceType_Trait.USER] }),
  create(ResourceTypeSchema, { id: "group", displayName: "Group", traits: [ResourceType_Trait.GROUP] }),
];

const user = create(ResourceSchema, { id: { resourceType: "user", resource: "sub-1" }, displayName: "Ada" });
const group = create(ResourceSchema, { id: { resourceType: "group", resource: "admins" } });
const member = create(EntitlementSchema, { id: "group:admins:member", resource: group, slug: "member" });
const grant = create(GrantSchema, {
  id: "group:admins:member:user:sub-1",
  entitlement: member,
  principal: user,
});

const noPool = (): Promise<never> =>
  Promise.reject(new GovernanceError("internal", "there is no pool behind the fake connector"));

const noFeed = createEventFeed({ changes: undefined, poolId: "", userIdKind: "sub", pool: noPool });

/** A row of which there is only the message. */
export const rowOf = <T>(message: T): MessageRow<T> => ({ build: () => message });

/** A connector of one user in one group, without a pool; a test replaces what it needs. */
export function fakeConnector(different: Partial<Connector> = {}): Connector {
  return {
    pool: noPool,
    cachedPool: noPool,
    reach: noPool,
    metadata: async () => create(ConnectorMetadataSchema, { displayName: "Fake pool" }),
    validate: async () => {},
    listResourceTypes: () => types,
    listResources: async (type) => ({ items: [rowOf(type === "user" ? user : group)], nextPageToken: "" }),
    listUsers: noPool,
    listGroups: noPool,
    listMembers: noPool,
    listGroupsOfUser: noPool,
    memberships: () => [],
    mayListGroupsOfUsers: noPool,
    isUserGone: noPool,
    findUser: noPool,
    findGroup: noPool,
    getResource: async (id) => (id?.resourceType === "user" ? user : group),
    listEntitlements: (resource) => ({
      items: resource?.id?.resourceType === "group" ? [member] : [],
      nextPageToken: "",
    }),
    listStaticEntitlements: () => ({ items: [], nextPageToken: "" }),
    listGrants: async () => ({ items: [rowOf(grant)], nextPageToken: "" }),
    ...noFeed,
    ...different,
  };
}

export interface Harness {
  readonly server: GrpcServer;
  readonly target: string;
  readonly client: GrpcTestClient;
  /** Every call that the server reported, in the order of their ends. */
  readonly events: readonly GrpcCallEvent[];
  /** Resolves when the server has reported so many calls. */
  readonly told: (count: number) => Promise<void>;
}

/**
 * Gives a function that starts a server on a free port over a fake connector, and a client of it; `afterEach` is the
 * test runner's, and closes both.
 */
export function useGrpcServer(
  afterEach: (close: () => Promise<void>) => void,
): (different?: Partial<Connector>, provisioning?: ProvisioningVerbs) => Promise<Harness> {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  return async (different = {}, provisioning) => {
    const events: GrpcCallEvent[] = [];
    const waiting = new Set<() => void>();
    const server = testGrpcServer({
      connector: fakeConnector(different),
      provisioning,
      onCall: (event) => {
        events.push(event);
        for (const wake of waiting) wake();
      },
    });
    const { target } = await server.listen(FREE_PORT);
    const client = grpcClient(target);
    open.push(async () => {
      client.close();
      await server.close(0);
    });
    return {
      server,
      target,
      client,
      events,
      told: (count) =>
        new Promise((resolve) => {
          const look = (): void => {
            if (events.length < count) return;
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
          look();
        }),
    };
  };
}
