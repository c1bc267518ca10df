import { create, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { type Any, anyIs, anyUnpack, StructSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { POOL } from "../../../test/support/fake-directory.ts";
import { nothingToDo } from "../../../test/support/fake-provisioner.ts";
import { DRY, fakeVerbs, REAL } from "../../../test/support/fake-verbs.ts";
import {
  type EntitlementSchema,
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantManagerServiceGrantRequestSchema,
  GrantManagerServiceRevokeRequestSchema,
  type ResourceSchema,
} from "../../protocol/messages.ts";

function notesOf(annotations: readonly Any[]): unknown[] {
  return annotations.map((any) => {
    const struct = anyUnpack(any, StructSchema);
    const json: Record<string, unknown> =
      struct === undefined ? {} : { ...Object(toJson(StructSchema, struct)) };
    return json["notes"];
  });
}

const never = new AbortController().signal;

type Entitlement = MessageInitShape<typeof EntitlementSchema>;
type Resource = MessageInitShape<typeof ResourceSchema>;

const admins: Resource = { id: { resourceType: "group", resource: "admins" } };
const member: Entitlement = { id: "group:admins:member", resource: admins, slug: "member" };
const ada: Resource = { id: { resourceType: "user", resource: "sub-1" } };

function grantRequest(entitlement: Entitlement | undefined, principal: Resource | undefined) {
  return create(GrantManagerServiceGrantRequestSchema, {
    ...(entitlement === undefined ? {} : { entitlement }),
    ...(principal === undefined ? {} : { principal }),
  });
}

function revokeRequest(entitlement: Entitlement, principal: Resource, id = "any") {
  return create(GrantManagerServiceRevokeRequestSchema, { grant: { id, entitlement, principal } });
}

describe("a grant", () => {
  test("is answered with the very grant that a sync would list", async () => {
    const { verbs, calls } = fakeVerbs();
    const { grants, annotations } = await verbs.grant(grantRequest(member, ada), REAL, never);
    expect(calls).toEqual([{ verb: "grant", args: [{ by: "id", value: "sub-1" }, "admins", REAL] }]);
    expect(grants).toMatchObject([
      {
        id: "group:admins:member:user:sub-1",
        entitlement: { id: "group:admins:member" },
        principal: { id: { resourceType: "user", resource: "sub-1" } },
      },
    ]);
    expect(annotations).toEqual([]);
  });

  test("names the account by its username where that is the id", async () => {
    const { verbs } = fakeVerbs({}, { userIdKind: "username" });
    const { grants } = await verbs.grant(grantRequest(member, ada), REAL, never);
    expect(grants[0]?.principal?.id?.resource).toBe("name-of-sub-1");
  });

  test("that exists already says so", async () => {
    const { verbs } = fakeVerbs({ grant: async () => nothingToDo({ user: undefined, group: "admins" }) });
    const { grants, annotations } = await verbs.grant(grantRequest(member, ada), REAL, never);
    expect(grants).toEqual([]);
    expect(annotations.map((any) => anyIs(any, GrantAlreadyExistsSchema))).toEqual([true]);
  });

  test("of a group whose name has colons is taken whole", async () => {
    const { verbs, calls } = fakeVerbs();
    const group = { id: { resourceType: "group", resource: "a:member:user:x" } };
    const entitlement = { id: "group:a:member:user:x:member", resource: group };
    await verbs.grant(grantRequest(entitlement, ada), REAL, never);
    expect(calls[0]?.args[1]).toBe("a:member:user:x");
  });

  test("in a dry run tells the calls and no grant", async () => {
    const { verbs } = fakeVerbs();
    const { grants, annotations } = await verbs.grant(grantRequest(member, ada), DRY, never);
    expect(grants).toEqual([]);
    const [any] = annotations;
    const struct = any === undefined ? undefined : anyUnpack(any, StructSchema);
    expect(struct?.fields).toMatchObject({
      dry_run: { kind: { case: "boolValue", value: true } },
      would_call: { kind: { value: { values: [{ kind: { value: "AdminAddUserToGroup" } }] } } },
    });
  });

  test("that exists already says so in a dry run too", async () => {
    const { verbs } = fakeVerbs({ grant: async () => nothingToDo({ user: undefined, group: "admins" }) });
    const { annotations } = await verbs.grant(grantRequest(member, ada), DRY, never);
    expect(annotations.map(({ typeUrl }) => typeUrl)).toEqual([
      "type.googleapis.com/c1.connector.v2.GrantAlreadyExists",
      "type.googleapis.com/google.protobuf.Struct",
    ]);
  });
});

const WRONG: readonly (readonly [string, Entitlement | undefined, Resource | undefined, string, RegExp])[] = [
  ["no entitlement", undefined, ada, "invalid-argument", /^entitlement: missing/],
  ["no resource", { id: "e" }, ada, "invalid-argument", /^entitlement\.resource: missing/],
  [
    "no resource id",
    { id: "e", resource: {} },
    ada,
    "invalid-argument",
    /^entitlement\.resource\.id: missing/,
  ],
  [
    "an entitlement of a user",
    { id: "e", resource: ada },
    ada,
    "unimplemented",
    /^entitlement\.resource\.id\.resource_type: .*"user"/,
  ],
  [
    "another slug",
    { ...member, slug: "owner" },
    ada,
    "invalid-argument",
    /^entitlement\.slug: .*slug member$/,
  ],
  [
    "another id",
    { ...member, id: "group:admins:owner" },
    ada,
    "invalid-argument",
    /^entitlement\.id: .*group:admins:member$/,
  ],
  [
    "an empty group",
    { id: "e", resource: { id: { resourceType: "group", resource: "" } } },
    ada,
    "invalid-argument",
    /^entitlement\.resource\.id\.resource: empty/,
  ],
  ["no principal", member, undefined, "invalid-argument", /^principal: missing/],
  ["no principal id", member, {}, "invalid-argument", /^principal\.id: missing/],
  [
    "a group as principal",
    member,
    admins,
    "invalid-argument",
    /^principal\.id\.resource_type: a group as principal .*users only/,
  ],
  [
    "a role as principal",
    member,
    { id: { resourceType: "role", resource: "r" } },
    "invalid-argument",
    /^principal\.id\.resource_type: "role"/,
  ],
  [
    "an empty principal",
    member,
    { id: { resourceType: "user", resource: "" } },
    "invalid-argument",
    /^principal\.id\.resource: empty/,
  ],
];

describe("a wrong request", () => {
  test.for(WRONG)("to grant: %s", async ([, entitlement, principal, code, message]) => {
    const { verbs, calls } = fakeVerbs();
    const asked = verbs.grant(grantRequest(entitlement, principal), REAL, never);
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });

  test("to revoke: names the field below grant", async () => {
    const { verbs, calls } = fakeVerbs();
    const empty = create(GrantManagerServiceRevokeRequestSchema);
    await expect(verbs.revoke(empty, REAL, never)).rejects.toThrow(/^grant: missing/);
    await expect(verbs.revoke(revokeRequest(member, admins), REAL, never)).rejects.toThrow(
      /^grant\.principal\.id\.resource_type: a group as principal/,
    );
    await expect(
      verbs.revoke(revokeRequest({ ...member, id: "group:x:member" }, ada), REAL, never),
    ).rejects.toThrow(/^grant\.entitlement\.id: /);
    expect(calls).toEqual([]);
  });
});

describe("a revoke", () => {
  test.for(["🧸_UNKNOWN_GRANT_ID", "group:other:member:user:somebody", ""])(
    "goes by entitlement and principal, whatever the id of the grant: %o",
    async (id) => {
      const { verbs, calls } = fakeVerbs();
      const { annotations } = await verbs.revoke(revokeRequest(member, ada, id), REAL, never);
      expect(calls).toEqual([{ verb: "revoke", args: [{ by: "id", value: "sub-1" }, "admins", REAL] }]);
      // As the answer of a connector of the Baton SDK.
      expect(annotations).toEqual([]);
    },
  );

  test("mark 47: with the sessions ended says that some applications do not notice", async () => {
    const result = { user: undefined, group: "admins", signedOut: true };
    const { verbs } = fakeVerbs({ revoke: async () => ({ ...nothingToDo(result), outcome: "done" }) });
    const { annotations } = await verbs.revoke(revokeRequest(member, ada), REAL, never);
    expect(notesOf(annotations)).toEqual([
      ["tokens that an application checks by itself name group admins until they expire"],
    ]);
  });

  test("without a part that AWS denied says which", async () => {
    const outcome = { ...nothingToDo({ user: undefined, group: "admins" }), outcome: "done" } as const;
    const { verbs } = fakeVerbs({
      revoke: async () => ({ ...outcome, warnings: ["the sessions were not ended"] }),
    });
    const { annotations } = await verbs.revoke(revokeRequest(member, ada), REAL, never);
    const [warnings] = annotations.flatMap((any) => anyUnpack(any, StructSchema) ?? []);
    expect(warnings && toJson(StructSchema, warnings)).toEqual({ warnings: ["the sessions were not ended"] });
  });

  test("of nothing says so", async () => {
    const { verbs } = fakeVerbs({ revoke: async () => nothingToDo({ user: undefined, group: "admins" }) });
    const { annotations } = await verbs.revoke(revokeRequest(member, ada), REAL, never);
    expect(annotations.map((any) => anyIs(any, GrantAlreadyRevokedSchema))).toEqual([true]);
  });
});

test("a grant of a group that a sign-in fills carries the mark that a sync gives it", async () => {
  const { verbs } = fakeVerbs();
  const group = { id: { resourceType: "group", resource: `${POOL}_Google` } };
  const entitlement = { id: `group:${POOL}_Google:member`, resource: group };
  const { grants } = await verbs.grant(grantRequest(entitlement, ada), REAL, never);
  expect(grants[0]?.annotations[0]?.typeUrl).toMatch(/GrantImmutable$/);
});
