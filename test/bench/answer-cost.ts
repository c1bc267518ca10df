// What the service computes for an answer of 60 users, and of 60 grants: as bytes, and as messages of which protobuf-es makes
// the bytes. Both go by turns through all that a call passes behind the library of gRPC. Without a socket and without AWS.
//   node --expose-gc test/bench/answer-cost.ts --pages 300 --rounds 15
import { parseArgs } from "node:util";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import type { Listing, MessageRow } from "../../pkg/connector/connector.ts";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import type { User } from "../../pkg/core/user.ts";
import {
  GrantsService,
  GrantsServiceListGrantsRequestSchema,
} from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  ResourcesService,
  ResourcesServiceListResourcesRequestSchema,
} from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { intercepted, type Serve } from "../../pkg/grpc/interceptors.ts";
import { resourceStub } from "../../pkg/protocol/builders.ts";
import { type ServiceRoutes, serviceRoutes } from "../../pkg/rpc/handlers.ts";
import { LISTING_BYTES } from "../../pkg/rpc/services/paging.ts";
import { grantsService, resourcesService } from "../../pkg/rpc/services/read-services.ts";
import { fakeDirectory, POOL, someGroup, somePool, someUser } from "../support/fake-directory.ts";

const { values } = parseArgs({
  options: { pages: { type: "string", default: "300" }, rounds: { type: "string", default: "15" } },
});

const USERS = 60;
const never = new AbortController().signal;
const call = {
  via: "grpc" as const,
  peer: "bench",
  caller: "bench",
  header: () => undefined,
  setTrailer: () => {},
  signal: never,
};

function person(n: number): User {
  const sub = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  return someUser({
    sub,
    username: sub,
    attributes: {
      email: `person${n}@example.com`,
      email_verified: "true",
      given_name: "Ann",
      family_name: `Person${n}`,
      phone_number: `+3460000${String(n).padStart(4, "0")}`,
      "custom:department": "Finance",
      "custom:employee_number": String(n),
    },
  });
}

const users = Array.from({ length: USERS }, (_, n) => person(n));
const { directory } = fakeDirectory({
  users,
  groups: [someGroup("team")],
  members: new Map([["team", users]]),
  pool: somePool({ usernameAttributes: ["email"] }),
});
const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: Date.now });

const userPages = requestOf(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: "user" });
const grantPages = requestOf(GrantsServiceListGrantsRequestSchema, {
  resource: resourceStub({ resourceType: "group", resource: "team" }),
});

const ways = [
  {
    name: "users, messages",
    request: userPages,
    serve: serveOf(
      serviceRoutes(ResourcesService, {
        listResources: async ({ resourceTypeId, parentResourceId, pageToken, pageSize }, signal) => {
          const page = { pageToken, pageSize, maxBytes: LISTING_BYTES };
          return messages(await connector.listResources(resourceTypeId, parentResourceId, page, signal));
        },
      }),
    ),
  },
  {
    name: "users, bytes",
    request: userPages,
    serve: serveOf(serviceRoutes(ResourcesService, resourcesService(connector))),
  },
  {
    name: "grants, messages",
    request: grantPages,
    serve: serveOf(
      serviceRoutes(GrantsService, {
        listGrants: async ({ resource, pageToken, pageSize }, signal) => {
          const page = { pageToken, pageSize, maxBytes: LISTING_BYTES };
          return messages(await connector.listGrants(resource, page, signal));
        },
      }),
    ),
  },
  {
    name: "grants, bytes",
    request: grantPages,
    serve: serveOf(serviceRoutes(GrantsService, grantsService(connector))),
  },
].map((way) => ({ ...way, cpuMs: Array.of<number>(), bytes: 0 }));

function requestOf<I extends DescMessage>(schema: I, init: MessageInitShape<I>): Uint8Array {
  return toBinary(schema, create(schema, init));
}

function messages<T>({ items, nextPageToken }: Listing<MessageRow<T>>): { list: T[]; nextPageToken: string } {
  return { list: items.map((row) => row.build()), nextPageToken };
}

function serveOf({ routes }: ServiceRoutes): Serve {
  const [route] = routes;
  if (route === undefined) throw new TypeError("a service without a route");
  return intercepted(route, { onCall: () => {}, monotonic: () => performance.now() });
}

const pages = Number(values.pages);
for (let round = -1; round < Number(values.rounds); round += 1) {
  for (const way of ways) {
    // Nobody pays for what another one left.
    globalThis.gc?.();
    const from = process.cpuUsage();
    for (let page = 0; page < pages; page += 1) {
      const { code } = await way.serve({ ...call, bytes: way.request }, async (answer) => {
        way.bytes = answer.byteLength;
      });
      if (code !== status.OK) throw new Error(`${way.name}: status ${code}`);
    }
    const { user, system } = process.cpuUsage(from);
    // The first round is of code that is not compiled yet.
    if (round >= 0) way.cpuMs.push((user + system) / 1000 / pages);
  }
}

const median = (list: readonly number[]): string =>
  (list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0).toFixed(3);
for (const { name, cpuMs, bytes } of ways) {
  process.stdout.write(`${name.padEnd(17)} ${median(cpuMs)} CPU ms a page of ${bytes} bytes\n`);
}
