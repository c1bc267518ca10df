import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { DRY, fakeVerbs, REAL, unsealed } from "../../../test/support/fake-verbs.ts";
import {
  CredentialOptionsSchema,
  type RotateCredentialRequest,
  RotateCredentialRequestSchema,
} from "../../protocol/messages.ts";

const never = new AbortController().signal;

const ada = { resourceType: "user", resource: "sub-1" };
const oneKey = [{ provider: "one" }];

type Different = Exclude<MessageInitShape<typeof RotateCredentialRequestSchema>, RotateCredentialRequest>;

function request(over: Different = {}): RotateCredentialRequest {
  return create(RotateCredentialRequestSchema, { resourceId: ada, encryptionConfigs: oneKey, ...over });
}

describe("a rotation", () => {
  test("without options is a random password, and echoes the id", async () => {
    const { verbs, calls } = fakeVerbs();
    const { resourceId, encryptedData } = await verbs.rotateCredential(request(), REAL, never);
    expect(calls).toEqual([
      {
        verb: "rotateCredential",
        args: [{ by: "id", value: "sub-1" }, { kind: "random", temporary: false }, REAL],
      },
    ]);
    expect(resourceId).toMatchObject(ada);
    expect(unsealed(encryptedData)).toEqual(["generated-Password-2"]);
    expect(encryptedData[0]?.name).toBe("password");
  });

  test("to a chosen password gives nothing back", async () => {
    const { verbs, calls } = fakeVerbs();
    const credentialOptions = create(CredentialOptionsSchema, {
      options: { case: "encryptedPassword", value: { encryptedPasswords: [{}] } },
    });
    const asked = request({ credentialOptions, encryptionConfigs: [] });
    const { encryptedData } = await verbs.rotateCredential(asked, REAL, never);
    expect(calls[0]?.args[1]).toMatchObject({ kind: "given", temporary: false });
    expect(encryptedData).toEqual([]);
  });

  test("in a dry run has no password", async () => {
    const { verbs } = fakeVerbs();
    const { encryptedData, annotations } = await verbs.rotateCredential(request(), DRY, never);
    expect(encryptedData).toEqual([]);
    expect(annotations).toHaveLength(1);
  });

  test.for([
    ["no resource", create(RotateCredentialRequestSchema), "invalid-argument", /^resource_id: missing/],
    [
      "a group",
      request({ resourceId: { resourceType: "group", resource: "g" } }),
      "unimplemented",
      /^resource_id\.resource_type: .*"group"/,
    ],
    [
      "no password",
      request({ credentialOptions: { options: { case: "noPassword", value: {} } } }),
      "invalid-argument",
      /^credential_options\.no_password: /,
    ],
    [
      "single sign-on",
      request({ credentialOptions: { options: { case: "sso", value: {} } } }),
      "invalid-argument",
      /^credential_options\.sso: /,
    ],
    [
      "an unset option",
      request({ credentialOptions: {} }),
      "invalid-argument",
      /^credential_options: no option is set/,
    ],
    ["no key", request({ encryptionConfigs: [] }), "invalid-argument", /^encryption_configs: missing/],
    [
      "a bad key",
      request({ encryptionConfigs: [{ provider: "bad" }] }),
      "invalid-argument",
      /^encryption_configs\[0\]/,
    ],
  ] as const)("is refused for %s before anything is done", async ([, asked, code, message]) => {
    const { verbs, calls } = fakeVerbs();
    const answer = verbs.rotateCredential(asked, REAL, never);
    await expect(answer).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });
});
