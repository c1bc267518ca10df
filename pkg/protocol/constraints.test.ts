import {
  create,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { GetActionSchemaRequestSchema, InvokeActionRequestSchema } from "../gen/c1/connector/v2/action_pb.ts";
import { AliasesSchema } from "../gen/c1/connector/v2/annotation_id_alias_pb.ts";
import { AppTraitSchema, UserTraitSchema } from "../gen/c1/connector/v2/annotation_trait_pb.ts";
import { AssetServiceGetAssetResponseSchema } from "../gen/c1/connector/v2/asset_pb.ts";
import { ListEventsRequestSchema } from "../gen/c1/connector/v2/event_feed_pb.ts";
import {
  GrantManagerServiceGrantRequestSchema,
  GrantManagerServiceRevokeRequestSchema,
  GrantsServiceListGrantsRequestSchema,
} from "../gen/c1/connector/v2/grant_pb.ts";
import {
  CreateAccountRequestSchema,
  IssueCredentialRequestSchema,
  ResourceGetterServiceGetResourceRequestSchema,
  ResourceSchema,
  ResourcesServiceListResourcesRequestSchema,
  ResourceTypeSchema,
  RotateCredentialRequestSchema,
} from "../gen/c1/connector/v2/resource_pb.ts";
import { checkConstraints, findViolation } from "./constraints.ts";

const group = { id: { resourceType: "group", resource: "admins" } };
const user = { id: { resourceType: "user", resource: "u-1" } };
const membership = { resource: group, id: "group:admins:member" };
const secret = "hunter2-do-not-print";

describe("checkConstraints()", () => {
  test("throws invalid-argument with the path and the problem in one line", () => {
    const request = create(ResourceGetterServiceGetResourceRequestSchema, {
      resourceId: { resourceType: "user", resource: "" },
    });
    const check = () => checkConstraints(ResourceGetterServiceGetResourceRequestSchema, request);
    expect(check).toThrow(GovernanceError);
    expect(check).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: "resource_id.resource: must be 1 to 1024 bytes, got 0",
      }),
    );
  });

  test("lets a good request pass", () => {
    const request = create(GrantManagerServiceGrantRequestSchema, {
      entitlement: membership,
      principal: user,
    });
    expect(() => checkConstraints(GrantManagerServiceGrantRequestSchema, request)).not.toThrow();
  });
});

describe("findViolation()", () => {
  test.for([
    [
      "a required message that is not set",
      row(GrantsServiceListGrantsRequestSchema, {}),
      "resource: must be set",
    ],
    [
      "a required message two levels down",
      row(GrantManagerServiceRevokeRequestSchema, {
        grant: { entitlement: { id: "e" }, principal: user, id: "g" },
      }),
      "grant.entitlement.resource: must be set",
    ],
    [
      "a sub-message that is not required but set",
      row(GrantsServiceListGrantsRequestSchema, { resource: { id: { resourceType: "group" } } }),
      "resource.id.resource: must be 1 to 1024 bytes, got 0",
    ],
    [
      "the first of two breaches",
      row(ResourcesServiceListResourcesRequestSchema, { pageSize: 251 }),
      "resource_type_id: must be 1 to 1024 bytes, got 0",
    ],
    [
      "bytes, not characters",
      row(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: "é".repeat(513) }),
      "resource_type_id: must be 1 to 1024 bytes, got 1026",
    ],
    [
      "characters, not bytes",
      row(AliasesSchema, { ids: ["ok", "😀".repeat(257)] }),
      "ids[1]: must be 1 to 256 characters, got 257",
    ],
    [
      "a number above its limit",
      row(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: "user", pageSize: 251 }),
      "page_size: must be at most 250, got 251",
    ],
    [
      "another message's own limit",
      row(ListEventsRequestSchema, { pageSize: 1001 }),
      "page_size: must be at most 1000, got 1001",
    ],
    [
      "a 64-bit number, inside the chosen member of a oneof",
      row(RotateCredentialRequestSchema, {
        credentialOptions: { options: { case: "randomPassword", value: { length: 65n } } },
      }),
      "credential_options.random_password.length: must be 8 to 64, got 65",
    ],
    [
      "a list that is too short",
      row(RotateCredentialRequestSchema, {
        credentialOptions: { options: { case: "encryptedPassword", value: {} } },
      }),
      "credential_options.encrypted_password.encrypted_passwords: must be at least 1 items, got 0",
    ],
    [
      "a list that is too long",
      row(AliasesSchema, { ids: Array.from({ length: 101 }, (_, index) => `id${index}`) }),
      "ids: must be 1 to 100 items, got 101",
    ],
    [
      "a list that repeats itself",
      row(AliasesSchema, { ids: ["a", "b", "a"] }),
      "ids: must not hold the same item twice",
    ],
    [
      "a message in a list",
      row(CreateAccountRequestSchema, {
        accountInfo: { emails: [{ address: "ada@example.com" }, { address: secret }] },
      }),
      "account_info.emails[1].address: must be an e-mail address",
    ],
    [
      "an enum number that is not declared",
      parsed(ResourceSchema, { status: { status: 9 } }),
      "status.status: must be a value of c1.connector.v2.Status.ResourceStatus, got 9",
    ],
    [
      "an enum number in a list",
      parsed(ResourceTypeSchema, { id: "user", traits: [1, 77] }),
      "traits[1]: must be a value of c1.connector.v2.ResourceType.Trait, got 77",
    ],
    [
      "a text that breaks its pattern",
      row(IssueCredentialRequestSchema, { requestId: secret.replaceAll("-", " ") }),
      "request_id: must match ^[A-Za-z0-9_-]+$",
    ],
    [
      "a text without its prefix",
      row(AppTraitSchema, { helpUrl: "http://a" }),
      "help_url: must start with https://",
    ],
    [
      "a text that is not a URI",
      row(AppTraitSchema, { helpUrl: "https://a b" }),
      "help_url: must be an absolute URI",
    ],
    [
      "a duration that is too long by half a second",
      row(InvokeActionRequestSchema, { inlineWait: { seconds: 86_400n, nanos: 500_000_000 } }),
      "inline_wait: must be 0 to 86400 s, got 86400.5",
    ],
    [
      "a negative duration",
      row(InvokeActionRequestSchema, { inlineWait: { seconds: -1n } }),
      "inline_wait: must be 0 to 86400 s, got -1",
    ],
    [
      "a duration whose parts differ in sign",
      row(InvokeActionRequestSchema, { inlineWait: { seconds: 1n, nanos: -1 } }),
      "inline_wait: must be a valid duration",
    ],
    [
      "a required oneof",
      row(AssetServiceGetAssetResponseSchema, {}),
      "msg: one of metadata, data must be set",
    ],
    [
      "a byte string that is too long",
      row(AssetServiceGetAssetResponseSchema, {
        msg: { case: "data", value: { data: new Uint8Array(1_048_577) } },
      }),
      "data.data: must be 0 to 1048576 bytes, got 1048577",
    ],
  ] as const)("names %s", ([, [schema, message], line]) => {
    const violation = findViolation(schema, message);
    expect(`${violation?.path}: ${violation?.problem}`).toBe(line);
    expect(line).not.toContain(secret.slice(0, 7));
  });

  test.for([
    ["an empty text that may be empty", row(ResourceSchema, { displayName: "" })],
    [
      "a zero that may be zero",
      row(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: "user", pageSize: 0 }),
    ],
    ["a sub-message that is not set", row(ResourceGetterServiceGetResourceRequestSchema, {})],
    ["a duration that is not set", row(InvokeActionRequestSchema, { name: "x" })],
    ["both ends of a duration", row(InvokeActionRequestSchema, { inlineWait: { seconds: 86_400n } })],
    [
      "an undeclared enum number where no rule forbids it",
      parsed(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: "a", trait: 99 }),
    ],
    [
      "a required oneof that is set",
      row(AssetServiceGetAssetResponseSchema, { msg: { case: "data", value: {} } }),
    ],
  ] as const)("takes %s", ([, [schema, message]]) => {
    expect(findViolation(schema, message)).toBeUndefined();
  });

  test("does not unpack an Any, as the original does not", () => {
    const value = toBinary(UserTraitSchema, create(UserTraitSchema, { emails: [{ address: "no address" }] }));
    const any = create(AnySchema, { typeUrl: "type.googleapis.com/c1.connector.v2.UserTrait", value });
    expect(
      findViolation(ResourceSchema, create(ResourceSchema, { ...group, annotations: [any] })),
    ).toBeUndefined();
  });

  test("reads nothing of a message from whose type no rule can be reached", () => {
    const request = create(GetActionSchemaRequestSchema);
    const untouchable = new Proxy(request, {
      get: (_, key) => expect.unreachable(`read ${String(key)}`),
    });
    expect(findViolation(GetActionSchemaRequestSchema, untouchable)).toBeUndefined();
  });

  test("says so when a value is not of its field's type", () => {
    const request = Object.assign(create(ResourcesServiceListResourcesRequestSchema), { resourceTypeId: 7 });
    expect(() => findViolation(ResourcesServiceListResourcesRequestSchema, request)).toThrow(
      /ListResourcesRequest\.resource_type_id holds a value that is not of its type/,
    );
  });
});

/** A message and its type, for tables that mix types. */
function row<Desc extends DescMessage>(
  schema: Desc,
  init: MessageInitShape<Desc>,
): readonly [DescMessage, Message] {
  return [schema, create(schema, init)];
}

/** The same for what the types forbid and the wire does not, such as an undeclared enum number. */
function parsed(schema: DescMessage, json: JsonValue): readonly [DescMessage, Message] {
  return [schema, fromJson(schema, json)];
}
