// Every method that a Baton connector serves, over a real socket: its answer and its code.
import { readdir } from "node:fs/promises";
import type { DescMethod, DescService, MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { afterEach, describe, expect, test } from "vitest";
import { createEventFeed } from "../pkg/connector/event-feed.ts";
import type { ChangeFeed, FeedChange } from "../pkg/core/change-feed.ts";
import { GovernanceError } from "../pkg/core/errors.ts";
import { ActionService } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import { TypeScopedEntitlementsSchema } from "../pkg/gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.ts";
import { TypeScopedGrantsSchema } from "../pkg/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import { AssetService } from "../pkg/gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../pkg/gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../pkg/gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService, GrantsService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../pkg/gen/c1/connector/v2/ticket_pb.ts";
import { RateLimitDescription_Status, RateLimiterService } from "../pkg/gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { useGrpcServer } from "./support/grpc-client.ts";

const start = useGrpcServer(afterEach);

const group = { id: { resourceType: "group", resource: "admins" } };
const user = { id: { resourceType: "user", resource: "sub-1" } };
const entitlement = { id: "group:admins:member", resource: group };
const grant = { id: "group:admins:member:user:sub-1", entitlement, principal: user };

/** A valid call. Only this function knows the types of request and method together. */
interface Sample {
  readonly method: DescMethod;
  readonly request: MessageInitShape<DescMethod["input"]>;
}

function sample<M extends DescMethod>(method: M, request: MessageInitShape<M["input"]>): Sample {
  return { method, request };
}

const READS: readonly (readonly [Sample, object])[] = [
  [sample(ConnectorService.method.getMetadata, {}), { metadata: { displayName: "Fake pool" } }],
  [sample(ConnectorService.method.validate, {}), { sdkVersion: "v0.25.0" }],
  [sample(ConnectorService.method.cleanup, { activeSyncId: "s" }), { annotations: [] }],
  [
    sample(ResourceTypesService.method.listResourceTypes, {}),
    { list: [{ id: "user" }, { id: "group" }], nextPageToken: "" },
  ],
  [
    sample(ResourcesService.method.listResources, { resourceTypeId: "user" }),
    { list: [user], nextPageToken: "" },
  ],
  [sample(ResourceGetterService.method.getResource, { resourceId: user.id }), { resource: user }],
  [
    sample(EntitlementsService.method.listEntitlements, { resource: group }),
    { list: [{ id: entitlement.id }] },
  ],
  [
    sample(EntitlementsService.method.listStaticEntitlements, { resourceTypeId: "user" }),
    { list: [], nextPageToken: "" },
  ],
  [
    sample(GrantsService.method.listGrants, { resource: group }),
    { list: [{ id: grant.id }], nextPageToken: "" },
  ],
  [sample(EventService.method.listEventFeeds, {}), { list: [] }],
  [sample(ActionService.method.listActionSchemas, { resourceTypeId: "user" }), { schemas: [] }],
  [
    sample(RateLimiterService.method.do, {
      requestToken: "t",
      service: "c",
      descriptors: { entries: [{ key: "k", value: "v" }] },
    }),
    { requestToken: "t", description: { status: RateLimitDescription_Status.EMPTY } },
  ],
  [sample(RateLimiterService.method.report, {}), {}],
];

const REFUSED: readonly (readonly [Sample, string, RegExp])[] = [
  [sample(EventService.method.listEvents, { eventFeedId: "f" }), "NOT_FOUND", /"f"; give --inventory/],
  [sample(EventService.method.listEvents, {}), "NOT_FOUND", /"baton_feed_event"; give --inventory/],
  [sample(ActionService.method.getActionSchema, { name: "make_tea" }), "NOT_FOUND", /"make_tea"$/],
  [sample(ActionService.method.invokeAction, { name: "make_tea" }), "NOT_FOUND", /"make_tea"$/],
  [
    sample(ActionService.method.invokeAction, { name: "enable_user", args: { user_id: "sub-1" } }),
    "FAILED_PRECONDITION",
    /^provisioning is not enabled/,
  ],
  [
    sample(ActionService.method.invokeAction, { name: "x", resourceTypeId: "user" }),
    "NOT_FOUND",
    /"x" of resource type "user"$/,
  ],
  [sample(ActionService.method.invokeAction, { resourceTypeId: "user" }), "INVALID_ARGUMENT", /^name: /],
  [sample(ActionService.method.getActionStatus, { id: "1" }), "NOT_FOUND", /^id: there is no run/],
  [sample(TicketsService.method.createTicket, {}), "UNKNOWN", /^ticketing is not enabled/],
  [sample(TicketsService.method.getTicket, {}), "UNKNOWN", /^ticketing is not enabled/],
  [sample(TicketsService.method.listTicketSchemas, {}), "UNKNOWN", /^ticketing is not enabled/],
  [sample(TicketsService.method.getTicketSchema, {}), "UNKNOWN", /^ticketing is not enabled/],
  [sample(TicketsService.method.bulkCreateTickets, {}), "UNKNOWN", /^ticketing is not enabled/],
  [sample(TicketsService.method.bulkGetTickets, {}), "UNKNOWN", /^ticketing is not enabled/],
];

const WRITES: readonly Sample[] = [
  sample(GrantManagerService.method.grant, { entitlement, principal: user }),
  sample(GrantManagerService.method.revoke, { grant }),
  sample(ResourceManagerService.method.createResource, { resource: group }),
  sample(ResourceManagerService.method.deleteResource, { resourceId: group.id }),
  sample(ResourceDeleterService.method.deleteResourceV2, { resourceId: group.id }),
  sample(AccountManagerService.method.createAccount, { accountInfo: { login: "ada" } }),
  sample(CredentialManagerService.method.rotateCredential, { resourceId: user.id }),
  sample(CredentialManagerService.method.issueCredential, { identityId: user.id, requestId: "r" }),
];

async function protocolServices(): Promise<DescService[]> {
  const folder = new URL("../pkg/gen/c1/", import.meta.url);
  // connectorapi is the platform's own service: the connector calls it, and does not serve it.
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith("_pb.ts") && !name.startsWith("connectorapi/"),
  );
  const modules: object[] = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return modules.flatMap((module) => Object.values(module).filter(isService));
}

function isService(value: unknown): value is DescService {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "service";
}

describe("the service", () => {
  test("serves every method of every service of the protocol", async () => {
    const services = await protocolServices();
    const asked = [...READS.map(([{ method }]) => method), ...REFUSED.map(([{ method }]) => method)];
    asked.push(...WRITES.map(({ method }) => method), AssetService.method.getAsset);
    const names = (methods: readonly DescMethod[]): string[] => [...new Set(methods.map(String))].sort();
    expect(services).toHaveLength(16);
    expect(names(asked)).toEqual(names(services.flatMap((service) => service.methods)));
  });

  test("answers each read", async () => {
    const { client, events } = await start();
    for (const [{ method, request }, expected] of READS) {
      const reply = await client.unary(method, request);
      expect({ method: String(method), ...reply }).toMatchObject({
        method: String(method),
        code: "OK",
        answer: expected,
      });
    }
    expect(events.map(({ code }) => code)).toEqual(READS.map(() => "OK"));
    expect(events[0]).toMatchObject({ service: "c1.connector.v2.ConnectorService", method: "GetMetadata" });
    expect(events[0]?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test("answers an asset with an empty stream", async () => {
    const { client } = await start();
    const reply = await client.stream(AssetService.method.getAsset, { asset: { id: "icon" } });
    expect(reply).toMatchObject({ code: "OK", answer: [] });
  });

  test("refuses what it does not support as the Baton SDK does", async () => {
    const { client } = await start();
    for (const [{ method, request }, code, message] of REFUSED) {
      const reply = await client.unary(method, request);
      expect({ method: String(method), code: reply.code }).toEqual({ method: String(method), code });
      expect(reply.message).toMatch(message);
    }
  });

  test.for([[{}], [{ "dry-run": "true" }], [{ "dry-run": "what?" }]] as const)(
    "refuses every write while provisioning is off, also with the headers %o",
    async ([headers]) => {
      const { client } = await start();
      for (const { method, request } of WRITES) {
        const { answer: _, ...reply } = await client.unary(method, request, { headers });
        expect({ method: String(method), ...reply }).toMatchObject({
          method: String(method),
          code: "FAILED_PRECONDITION",
          message: "provisioning is not enabled: start the connector with --provisioning",
        });
      }
    },
  );

  test("does not know other methods", async () => {
    const { client } = await start();
    expect(await client.bytes("/c1.connector.v2.GrantsService/Nothing", new Uint8Array())).toMatchObject({
      code: "UNIMPLEMENTED",
    });
  });
});

describe("a feed of events", () => {
  const change = (number: number): FeedChange => ({
    change: number,
    runId: "run1",
    after: undefined,
    before: new Date("2026-11-02T00:00:00Z"),
    recordedAs: "user_disabled",
    subject: { kind: "user", user: { sub: "sub-1", username: "ada" } },
    auditId: undefined,
  });
  const changes: ChangeFeed = {
    async changesFrom(position, limit) {
      if (position.kind === "after" && position.runId !== "run1") {
        throw new GovernanceError("invalid-argument", "cursor: of another history");
      }
      const at = position.kind === "after" ? position.change : 0;
      const rest = [1, 2, 3].filter((number) => number > at);
      return { changes: rest.slice(0, limit).map(change), hasMore: rest.length > limit };
    },
  };
  const verbs = (feed: ChangeFeed) =>
    createEventFeed({ changes: feed, poolId: "p", userIdKind: "sub", pool: async () => undefined });
  const { listEvents, listEventFeeds } = EventService.method;

  test("is listed, and read page by page with its cursors", async () => {
    const { client } = await start(verbs(changes));
    expect(await client.unary(listEventFeeds, {})).toMatchObject({
      code: "OK",
      answer: { list: [{ id: "baton_feed_event", supportedEventTypes: [4, 5, 6] }] },
    });
    const first = await client.unary(listEvents, { pageSize: 2 });
    expect(first).toMatchObject({ answer: { hasMore: true, events: [{ id: "run1-1" }, { id: "run1-2" }] } });
    const rest = await client.unary(listEvents, { cursor: first.answer?.cursor ?? "" });
    expect(rest).toMatchObject({
      answer: { hasMore: false, events: [{ id: "run1-3", event: { case: "resourceChangeEvent" } }] },
    });
  });

  test.for([
    [{ eventFeedId: "other" }, "NOT_FOUND", /^event_feed_id: /],
    [{ cursor: "garbage" }, "INVALID_ARGUMENT", /^cursor: /],
    [{ cursor: "c".repeat(4097) }, "INVALID_ARGUMENT", /^cursor: /],
    [{ pageSize: 1001 }, "INVALID_ARGUMENT", /^page_size: /],
    [{ startAt: { seconds: 253_402_300_800n } }, "INVALID_ARGUMENT", /^start_at: /],
  ] as const)("refuses %o with %s", async ([request, code, message]) => {
    const { client } = await start(verbs(changes));
    const refused = await client.unary(listEvents, request);
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  test("answers no page where the inventory cannot be read", async () => {
    const feed: ChangeFeed = {
      async changesFrom() {
        throw new GovernanceError("unavailable", "the inventory cannot be read");
      },
    };
    const { client } = await start(verbs(feed));
    expect(await client.unary(listEvents, {})).toMatchObject({ code: "UNAVAILABLE", answer: undefined });
  });
});

describe("a request that breaks a rule", () => {
  const long = "x".repeat(1025);
  const broken: readonly (readonly [Sample, string])[] = [
    [sample(ConnectorService.method.cleanup, { activeSyncId: long }), "active_sync_id"],
    [sample(ResourceTypesService.method.listResourceTypes, { pageSize: 251 }), "page_size"],
    [sample(ResourcesService.method.listResources, {}), "resource_type_id"],
    [sample(ResourcesService.method.listResources, { resourceTypeId: "user", pageSize: 251 }), "page_size"],
    [
      sample(ResourceGetterService.method.getResource, { resourceId: { resourceType: "user" } }),
      "resource_id.resource",
    ],
    [
      sample(EntitlementsService.method.listEntitlements, { resource: { ...group, displayName: long } }),
      "resource.display_name",
    ],
    [sample(EntitlementsService.method.listStaticEntitlements, { resourceTypeId: long }), "resource_type_id"],
    [sample(GrantsService.method.listGrants, {}), "resource"],
    [sample(EventService.method.listEvents, { pageSize: 1001 }), "page_size"],
    [sample(ActionService.method.invokeAction, { inlineWait: { seconds: 86_401n } }), "inline_wait"],
    [sample(RateLimiterService.method.do, { descriptors: { entries: [] } }), "descriptors.entries"],
    [sample(GrantManagerService.method.grant, { principal: user }), "entitlement"],
    [sample(GrantManagerService.method.revoke, { grant: { ...grant, id: "" } }), "grant.id"],
    [
      sample(ResourceManagerService.method.createResource, {
        resource: { ...group, description: "x".repeat(2049) },
      }),
      "resource.description",
    ],
    [
      sample(ResourceDeleterService.method.deleteResourceV2, { resourceId: { resource: "a" } }),
      "resource_id.resource_type",
    ],
    [
      sample(AccountManagerService.method.createAccount, { accountInfo: { emails: [{ address: "no" }] } }),
      "account_info.emails[0].address",
    ],
    [sample(CredentialManagerService.method.issueCredential, { requestId: "not ok" }), "request_id"],
  ];

  test("is INVALID_ARGUMENT and names the field, in every service, before provisioning is looked at", async () => {
    const { client } = await start();
    for (const [{ method, request }, field] of broken) {
      const { code, message } = await client.unary(method, request);
      const actual = { method: String(method), code, field: message.split(": ")[0] };
      expect(actual).toEqual({ method: String(method), code: "INVALID_ARGUMENT", field });
    }
  });

  test("is refused on a stream too", async () => {
    const { client } = await start();
    const reply = await client.stream(AssetService.method.getAsset, {});
    expect(reply).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringMatching(/^asset: /) });
  });
});

describe("a listing", () => {
  test("passes the request on: type, parent, size 0, token and room for one message", async () => {
    const asked: unknown[] = [];
    const { client } = await start({
      listResources: async (type, parent, request) => {
        asked.push([type, parent?.resource, request]);
        return { items: [], nextPageToken: "p1:next" };
      },
    });
    const request = { resourceTypeId: "group", parentResourceId: group.id, pageToken: "p1:here" };
    const reply = await client.unary(ResourcesService.method.listResources, request);
    expect(reply.answer).toMatchObject({ list: [], nextPageToken: "p1:next" });
    expect(asked).toEqual([["group", "admins", { pageToken: "p1:here", pageSize: 0, maxBytes: 3_670_016 }]]);
  });

  test("that returns the token of its request is INTERNAL, not a page", async () => {
    const stuck = async (): Promise<{ items: []; principals: []; nextPageToken: string }> => {
      return { items: [], principals: [], nextPageToken: "p1:same" };
    };
    const { client } = await start({ listResources: stuck, listGrants: stuck });
    const pageToken = "p1:same";
    const replies = [
      await client.unary(ResourcesService.method.listResources, { resourceTypeId: "user", pageToken }),
      await client.unary(GrantsService.method.listGrants, { resource: group, pageToken }),
    ];
    for (const { code, message } of replies) {
      expect({ code, message }).toEqual({
        code: "INTERNAL",
        message: expect.stringMatching(/^next_page_token /),
      });
    }
  });

  test("of one page refuses a token, since it never returns one", async () => {
    const { client } = await start();
    const pageToken = "p1:x";
    const replies = [
      await client.unary(ResourceTypesService.method.listResourceTypes, { pageToken }),
      await client.unary(EntitlementsService.method.listEntitlements, { resource: group, pageToken }),
      await client.unary(EntitlementsService.method.listStaticEntitlements, {
        resourceTypeId: "user",
        pageToken,
      }),
    ];
    expect(replies.map(({ code }) => code)).toEqual([
      "INVALID_ARGUMENT",
      "INVALID_ARGUMENT",
      "INVALID_ARGUMENT",
    ]);
  });

  test("for a whole type is refused, and is not taken for a listing of one resource", async () => {
    const { client } = await start();
    const resource = { id: { resourceType: "group", resource: "group" } };
    const entitlements = await client.unary(EntitlementsService.method.listEntitlements, {
      resource,
      annotations: [anyPack(TypeScopedEntitlementsSchema, create(TypeScopedEntitlementsSchema))],
    });
    const grants = await client.unary(GrantsService.method.listGrants, {
      resource,
      annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))],
    });
    expect([entitlements.code, grants.code]).toEqual(["INVALID_ARGUMENT", "INVALID_ARGUMENT"]);
    expect(grants.message).toMatch(/TypeScopedGrants .*"?group/);
  });

  test("that fails is an error, never an empty page", async () => {
    const throttled = (): never => {
      throw new GovernanceError("throttled", "Cognito is asked too fast");
    };
    const { client } = await start({
      listResources: throttled,
      listGrants: throttled,
      listEntitlements: throttled,
    });
    const replies = [
      await client.unary(ResourcesService.method.listResources, { resourceTypeId: "user" }),
      await client.unary(GrantsService.method.listGrants, { resource: group }),
      await client.unary(EntitlementsService.method.listEntitlements, { resource: group }),
    ];
    for (const { code, answer } of replies)
      expect({ code, answer }).toEqual({ code: "UNAVAILABLE", answer: undefined });
  });
});
