// Every write over a real socket and a fake provisioner.
import { Buffer } from "node:buffer";
import type { DescMethod, MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyUnpack, type Struct, StructSchema } from "@bufbuild/protobuf/wkt";
import { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import { createSealer } from "../pkg/encryption/sealer.ts";
import { ActionService } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
  ResourcesService,
} from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { ErrorInfoSchema } from "../pkg/gen/google/rpc/error_details_pb.ts";
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from "../pkg/protocol/messages.ts";
import { failing, fakeUser, nothingToDo } from "./support/fake-provisioner.ts";
import { useWriteServer } from "./support/write-server.ts";

const start = useWriteServer(afterEach);

const { grant, revoke } = GrantManagerService.method;
const { createAccount } = AccountManagerService.method;
const { rotateCredential, issueCredential } = CredentialManagerService.method;
const { createResource, deleteResource } = ResourceManagerService.method;
const { deleteResourceV2 } = ResourceDeleterService.method;
const { invokeAction } = ActionService.method;

const group = { id: { resourceType: "group", resource: "admins" } };
const user = { id: { resourceType: "user", resource: "sub-1" } };
const entitlement = { id: "group:admins:member", resource: group };
const standing = { id: "group:admins:member:user:sub-1", entitlement, principal: user };
const who = { by: "id", value: "sub-1" };
const dryRun = { headers: { "dry-run": "true" } };

interface Sample {
  readonly method: DescMethod;
  readonly request: MessageInitShape<DescMethod["input"]>;
  /** What the provisioner is asked, without the context. */
  readonly asked: readonly unknown[];
  readonly wouldCall: readonly string[];
}

function sample<M extends DescMethod>(
  method: M,
  request: MessageInitShape<M["input"]>,
  asked: readonly unknown[],
  wouldCall: readonly string[],
): Sample {
  return { method, request, asked, wouldCall };
}

const nothing = { description: undefined, roleArn: undefined, precedence: undefined };
const recipient = {
  provider: "one",
  config: { case: "ageRecipientConfig", value: { recipient: "age1" } },
} as const;

const WRITES: readonly Sample[] = [
  sample(grant, { entitlement, principal: user }, ["grant", who, "admins"], ["AdminAddUserToGroup"]),
  sample(revoke, { grant: standing }, ["revoke", who, "admins"], ["AdminRemoveUserFromGroup"]),
  sample(
    createAccount,
    { accountInfo: { login: "ada" } },
    ["createAccount", { login: "ada", emails: [], profile: new Map(), credential: { kind: "none" } }],
    ["AdminCreateUser", "AdminSetUserPassword"],
  ),
  sample(
    rotateCredential,
    { resourceId: user.id, encryptionConfigs: [recipient] },
    ["rotateCredential", who, { kind: "random", temporary: false }],
    ["AdminSetUserPassword"],
  ),
  sample(createResource, { resource: group }, ["createGroup", "admins", nothing], ["CreateGroup"]),
  sample(deleteResource, { resourceId: group.id }, ["deleteGroup", "admins"], ["DeleteGroup"]),
  sample(deleteResource, { resourceId: user.id }, ["deleteUser", who], ["AdminDeleteUser"]),
  sample(deleteResourceV2, { resourceId: group.id }, ["deleteGroup", "admins"], ["DeleteGroup"]),
  sample(deleteResourceV2, { resourceId: user.id }, ["deleteUser", who], ["AdminDeleteUser"]),
  sample(
    invokeAction,
    { name: "enable_user", args: { user_id: "sub-1" } },
    ["enableUser", who],
    ["AdminEnableUser"],
  ),
];

/** The notes that dry runs leave among the annotations of an answer. */
function notesOf(answer: unknown): Struct[] {
  const annotations: unknown = Reflect.get(Object(answer), "annotations");
  if (!Array.isArray(annotations)) throw new Error("no annotations");
  return annotations.flatMap((any: Any) => anyUnpack(any, StructSchema) ?? []);
}

describe("a write", () => {
  test("reaches the provisioner with the name of the peer", async () => {
    const { client, calls, events } = await start();
    for (const { method, request, asked } of WRITES) {
      const { code, message, trailers } = await client.unary(method, request);
      expect({ method: String(method), code, message }).toEqual({
        method: String(method),
        code: "OK",
        message: "",
      });
      expect(trailers).not.toHaveProperty("dry-run");
      const { verb, args } = calls.at(-1) ?? {};
      const peer = events.at(-1)?.peer;
      const context = { requester: { via: "grpc", name: peer }, dryRun: false };
      expect([verb, ...(args ?? [])]).toEqual([...asked, context]);
    }
    expect(calls).toHaveLength(WRITES.length);
  });

  test("with dry-run makes the same request, names the AWS calls, and says that it is a dry run", async () => {
    const { client, calls } = await start();
    for (const { method, request, asked, wouldCall } of WRITES) {
      const { code, answer, trailers } = await client.unary(method, request, dryRun);
      expect({ method: String(method), code }).toEqual({ method: String(method), code: "OK" });
      expect(trailers["dry-run"]).toBe("true");
      const { verb, args = [] } = calls.at(-1) ?? {};
      expect([verb, ...args]).toEqual([...asked, { requester: expect.anything(), dryRun: true }]);
      const notes = notesOf(answer);
      expect(notes).toHaveLength(1);
      expect(Object.keys(notes[0]?.fields ?? {})).toEqual(["dry_run", "would_call"]);
      expect(JSON.stringify(notes[0]?.fields["would_call"])).toContain(JSON.stringify(wouldCall[0]));
    }
  });

  test.for(["TRUE", "1", "", "no"])(
    "with dry-run %o is refused, since a dry run may be meant",
    async (value) => {
      const { client, calls } = await start();
      for (const { method, request } of WRITES) {
        const { code, message } = await client.unary(method, request, { headers: { "dry-run": value } });
        expect({ method: String(method), code }).toEqual({
          method: String(method),
          code: "INVALID_ARGUMENT",
        });
        expect(message).toMatch(/^metadata dry-run: /);
      }
      expect(calls).toEqual([]);
    },
  );

  test.for([
    ["true", "false"],
    ["false", "true"],
    ["true", "true"],
  ])("with two dry-run headers, %s and %s, is refused", async (values) => {
    const { client, calls } = await start();
    const reply = await client.unary(
      grant,
      { entitlement, principal: user },
      { headers: { "dry-run": values } },
    );
    expect(reply.code).toBe("INVALID_ARGUMENT");
    expect(calls).toEqual([]);
  });

  test("carries x-reason and x-client-metadata to the provisioner, whatever it changes", async () => {
    const { client, calls } = await start();
    const headers = { "x-reason": "CHG-4711", "x-client-metadata": '{"ticket":"4711"}' };
    for (const { method, request } of WRITES) {
      expect(await client.unary(method, request, { headers })).toMatchObject({ code: "OK" });
      expect(calls.at(-1)?.args.at(-1)).toMatchObject({
        justification: "CHG-4711",
        clientMetadata: new Map([["ticket", "4711"]]),
      });
    }
  });

  test.for([{ "x-reason": "x".repeat(501) }, { "x-client-metadata": "hunter2" }])(
    "with a wrong %o is refused, and the value is not repeated",
    async (headers) => {
      const { client, calls } = await start();
      const { code, message } = await client.unary(grant, { entitlement, principal: user }, { headers });
      expect([code, message]).toEqual(["INVALID_ARGUMENT", expect.stringMatching(/^metadata x-/)]);
      expect(message).not.toMatch(/hunter2|xxx/);
      expect(calls).toEqual([]);
    },
  );

  test("with dry-run false is real", async () => {
    const { client, calls } = await start();
    await client.unary(grant, { entitlement, principal: user }, { headers: { "dry-run": "false" } });
    expect(calls[0]?.args[2]).toMatchObject({ dryRun: false });
  });

  test("that fails returns the failure, also for a dry run", async () => {
    const failure = new GovernanceError("not-found", "no user with sub sub-1 in this pool");
    const { client } = await start({ grant: failing(failure) });
    for (const options of [{}, dryRun]) {
      expect(await client.unary(grant, { entitlement, principal: user }, options)).toMatchObject({
        code: "NOT_FOUND",
        message: failure.message,
      });
    }
  });

  test("without its sub-messages is INVALID_ARGUMENT and names the field", async () => {
    const { client, calls } = await start();
    const empty: readonly (readonly [DescMethod, string])[] = [
      [grant, "entitlement"],
      [revoke, "grant"],
      [createAccount, "account_info"],
      [rotateCredential, "resource_id"],
      [createResource, "resource"],
      [deleteResource, "resource_id"],
      [deleteResourceV2, "resource_id"],
    ];
    for (const [method, field] of empty) {
      const { code, message } = await client.unary(method);
      expect({ code, field: message.split(":")[0] }).toEqual({ code: "INVALID_ARGUMENT", field });
    }
    expect(calls).toEqual([]);
  });
});

test("a dry run of a read is a read", async () => {
  const { client } = await start();
  const request = { resourceTypeId: "user" };
  for (const value of ["true", "what?"]) {
    const reply = await client.unary(ResourcesService.method.listResources, request, {
      headers: { "dry-run": value },
    });
    expect(reply).toMatchObject({ code: "OK", answer: { list: [user] } });
    expect(reply.trailers).not.toHaveProperty("dry-run");
  }
});

describe("a membership", () => {
  test("that is granted comes back as the grant", async () => {
    const { client } = await start();
    const { answer } = await client.unary(grant, { entitlement, principal: user });
    expect(answer).toMatchObject({ grants: [{ id: standing.id }], annotations: [] });
  });

  test("that exists already says so", async () => {
    const already = async () =>
      nothingToDo({ user: fakeUser({ by: "id", value: "sub-1" }), group: "admins" });
    const { client } = await start({ grant: already, revoke: already });
    const granted = await client.unary(grant, { entitlement, principal: user });
    const revoked = await client.unary(revoke, { grant: standing });
    const [exists] = granted.answer?.annotations ?? [];
    const [gone] = revoked.answer?.annotations ?? [];
    expect(exists && anyUnpack(exists, GrantAlreadyExistsSchema)).toBeDefined();
    expect(granted.answer?.grants[0]?.id).toBe(standing.id);
    expect(gone && anyUnpack(gone, GrantAlreadyRevokedSchema)).toBeDefined();
  });

  test("is revoked by entitlement and principal under the platform's placeholder id", async () => {
    const { client, calls } = await start();
    const { code } = await client.unary(revoke, { grant: { ...standing, id: "🧸_UNKNOWN_GRANT_ID" } });
    expect(code).toBe("OK");
    expect(calls[0]).toMatchObject({ verb: "revoke", args: [who, "admins", {}] });
  });

  test("that a guard refuses is a cancelled grant, or a failed revoke", async () => {
    const refusal = failing(
      new GovernanceError("refused-by-guard", "group admins is denied by --groups-deny"),
    );
    const { client } = await start({ grant: refusal, revoke: refusal });
    const granted = await client.unary(grant, { entitlement, principal: user });
    const revoked = await client.unary(revoke, { grant: standing });
    expect([granted.code, revoked.code]).toEqual(["FAILED_PRECONDITION", "FAILED_PRECONDITION"]);
    const [detail] = granted.details?.details ?? [];
    expect(detail && anyUnpack(detail, ErrorInfoSchema)).toMatchObject({
      reason: "grant_cancelled",
      domain: "github.com/conductorone/baton-sdk",
      metadata: { reason: "group admins is denied by --groups-deny" },
    });
    expect(revoked.details).toBeUndefined();
  });

  test("of a group in a group is refused", async () => {
    const { client, calls } = await start();
    const reply = await client.unary(grant, { entitlement, principal: group });
    expect(reply).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/^principal\.id\.resource_type: a group as principal/),
    });
    expect(calls).toEqual([]);
  });
});

describe("a password", () => {
  test("goes back encrypted to the caller's key, and nowhere else", async () => {
    const identity = await generateX25519Identity();
    const key = await identityToRecipient(identity);
    const { client } = await start({}, { sealing: { sealer: createSealer, open: undefined } });
    const { answer } = await client.unary(createAccount, {
      accountInfo: { login: "ada" },
      credentialOptions: { options: { case: "randomPassword", value: { length: 20n } } },
      encryptionConfigs: [{ config: { case: "ageRecipientConfig", value: { recipient: key } } }],
    });
    expect(answer?.result).toMatchObject({ case: "success", value: { isCreateAccountResult: true } });
    const [sealed] = answer?.encryptedData ?? [];
    expect(sealed).toMatchObject({ name: "password", provider: "baton/age/v1" });
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const opened = await decrypter.decrypt(sealed?.encryptedBytes ?? new Uint8Array(), "text");
    expect(opened).toBe("generated-Password-1");
    expect(Buffer.from(sealed?.encryptedBytes ?? new Uint8Array()).includes("generated")).toBe(false);
  });

  test("is not made for a key that cannot be used", async () => {
    const { client, calls } = await start({}, { sealing: { sealer: createSealer, open: undefined } });
    const { code, message } = await client.unary(rotateCredential, {
      resourceId: user.id,
      encryptionConfigs: [{ config: { case: "ageRecipientConfig", value: { recipient: "age1nobody" } } }],
    });
    expect({ code, field: message.split(" ")[0] }).toEqual({
      code: "INVALID_ARGUMENT",
      field: "encryption_configs[0].age_recipient_config.recipient",
    });
    expect(calls).toEqual([]);
  });

  test("is the only credential: no other kind is issued", async () => {
    const { client } = await start();
    expect(await client.unary(issueCredential, { identityId: user.id, requestId: "r" })).toMatchObject({
      code: "UNIMPLEMENTED",
    });
    expect(await client.unary(issueCredential, { requestId: "r" })).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/^identity_id: missing/),
    });
  });
});
