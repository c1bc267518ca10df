import { create, fromBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { entitlement, membership, TYPES, user } from "../../../test/support/store-run.ts";
import {
  EntitlementSchema,
  GrantSchema,
  ResourceSchema,
  ResourceTypeSchema,
} from "../../protocol/messages.ts";
import { entitlementRow, grantRow, resourceRow, resourceTypeRow } from "./encode.ts";

describe("messages as rows", () => {
  test("each keeps its message whole beside what it is found by", () => {
    const [type] = TYPES;
    if (type === undefined) throw new Error("no type");
    expect(fromBinary(ResourceTypeSchema, resourceTypeRow(type).data)).toEqual(type);
    const resource = resourceRow(user("u1"));
    expect(resource).toMatchObject({ type: "user", id: "u1", parentType: null, parentId: null });
    expect(fromBinary(ResourceSchema, resource.data)).toEqual(user("u1"));
    const right = entitlementRow(entitlement("g"));
    expect(right).toMatchObject({ externalId: "group:g:member", type: "group", resourceId: "g" });
    expect(fromBinary(EntitlementSchema, right.data)).toEqual(entitlement("g"));
    const grant = grantRow(membership("g", "u1"));
    expect(grant).toMatchObject({
      entitlementId: "group:g:member",
      principalType: "user",
      principalId: "u1",
    });
    expect(fromBinary(GrantSchema, grant.data)).toEqual(membership("g", "u1"));
  });

  test("a parent is kept", () => {
    const child = create(ResourceSchema, {
      id: { resourceType: "group", resource: "g" },
      parentResourceId: { resourceType: "pool", resource: "p" },
    });
    expect(resourceRow(child)).toMatchObject({ parentType: "pool", parentId: "p" });
  });

  test.for([
    ["a resource without an id", () => resourceRow(create(ResourceSchema, { displayName: "x" }))],
    ["a resource with an empty id", () => resourceRow(user(""))],
    ["a type without an id", () => resourceTypeRow(create(ResourceTypeSchema, {}))],
    ["an entitlement of no resource", () => entitlementRow(create(EntitlementSchema, { id: "e" }))],
    ["a grant without principal", () => grantRow(create(GrantSchema, { id: "g", entitlement: { id: "e" } }))],
    ["a grant under another id", () => grantRow({ ...membership("g", "u"), id: "something" })],
    [
      "a grant to be expanded",
      () => {
        const typeUrl = "type.googleapis.com/c1.connector.v2.GrantExpandable";
        const grant = membership("g", "u");
        grant.annotations = [create(AnySchema, { typeUrl })];
        return grantRow(grant);
      },
    ],
  ] as const)("%s is refused, not written wrongly", ([, encode]) => {
    expect(encode).toThrow(expect.objectContaining({ code: "internal" }));
  });
});
