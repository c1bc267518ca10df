import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { person } from "../../cognito/definitions.ts";
import {
  type CallMore,
  type JsonObject,
  type OfficialClient,
  startOfficialClient,
} from "../official-client.ts";
import {
  CREATE_ACCOUNT,
  CREATE_RESOURCE,
  DELETE,
  DELETE_V2,
  GRANT,
  grantRequest,
  INVOKE,
  invoke,
  memberOf,
  REVOKE,
  ROTATE,
  random,
  resource,
  resourceId,
  revokeRequest,
  STATUS,
} from "../requests.ts";
import { NOBODY, type Scene, setScene } from "./scene.ts";
import { codesOf, startReference } from "./tools.ts";

/** A user and a group of the reference, which our pool has too. */
const USER = "00000000-0000-4000-8000-000000000001";
const GROUP = "team:ä1";

const info = { login: "ada", emails: [{ address: "ada@example.com", is_primary: true }] };
const account = { account_info: info, credential_options: random() };
const rotation = { ...resourceId("user", USER), credential_options: random() };
const keys = ["ed25519"] as const;

/** Sent to both in this order: most requests depend on earlier ones. */
const SCRIPT: readonly (readonly [string, JsonObject, CallMore?])[] = [
  [GRANT, grantRequest(GROUP, USER)],
  [GRANT, grantRequest(GROUP, USER)],
  [GRANT, { ...grantRequest(GROUP, USER), principal: resource("group", GROUP) }],
  [GRANT, { ...grantRequest(GROUP, USER), principal: {} }],
  [GRANT, { ...grantRequest(GROUP, USER), entitlement: { id: "x" } }],
  [GRANT, { entitlement: memberOf("team:ä1"), principal: resource("user", NOBODY) }],
  [
    GRANT,
    {
      entitlement: { ...memberOf("x"), resource: resource("user", USER) },
      principal: resource("user", USER),
    },
  ],
  [GRANT, {}],
  [REVOKE, revokeRequest(GROUP, USER)],
  [REVOKE, revokeRequest(GROUP, USER)],
  [REVOKE, revokeRequest(GROUP, NOBODY)],
  [REVOKE, { grant: { entitlement: memberOf(GROUP), principal: resource("user", USER) } }],
  [REVOKE, {}],
  [CREATE_ACCOUNT, account, { keys }],
  [CREATE_ACCOUNT, account, { keys }],
  [
    CREATE_ACCOUNT,
    { ...account, account_info: { ...info, login: "grace" }, resource_type_id: "user" },
    { keys: ["age", "p256"] },
  ],
  [CREATE_ACCOUNT, { ...account, resource_type_id: "group" }, { keys }],
  [CREATE_ACCOUNT, { ...account, account_info: {} }, { keys }],
  [CREATE_ACCOUNT, { ...account, credential_options: random(65) }, { keys }],
  [CREATE_ACCOUNT, { ...account, account_info: { login: "x", emails: [{ address: "x" }] } }, { keys }],
  [ROTATE, rotation, { keys }],
  [ROTATE, rotation, { keys: ["rsa", "age-hybrid"] }],
  [ROTATE, { ...rotation, ...resourceId("user", NOBODY) }, { keys }],
  [ROTATE, { ...rotation, ...resourceId("group", GROUP) }, { keys }],
  [ROTATE, { ...rotation, credential_options: random(7) }, { keys }],
  [CREATE_RESOURCE, { resource: resource("group", "made") }],
  [CREATE_RESOURCE, { resource: resource("thing", "made") }],
  [DELETE, resourceId("group", "made")],
  [DELETE_V2, resourceId("group", "made")],
  [DELETE, resourceId("thing", "made")],
  [DELETE_V2, resourceId("thing", "made")],
  [DELETE, resourceId("user", NOBODY)],
  [INVOKE, invoke("enable_user", { user_id: USER })],
  [INVOKE, invoke("enable_user", { user_id: USER }, "0s")],
  [INVOKE, invoke("enable_user", { user_id: USER }, "-1s")],
  [INVOKE, invoke("enable_user", { user_id: USER }, "86401s")],
  [INVOKE, invoke("dance", {})],
  [INVOKE, {}],
  [STATUS, { id: "never" }],
  [STATUS, {}],
  ["ActionService/GetActionSchema", { name: "enable_user" }],
  ["ActionService/GetActionSchema", { name: "dance" }],
  ["ActionService/ListActionSchemas", { resource_type_id: "group" }],
];

/** Where our answer differs on purpose. */
const OTHERWISE = {
  // The SDK makes the new password and loses it, since there is no key to encrypt it to.
  "c1.connector.v2.CredentialManagerService/RotateCredential": "InvalidArgument",
};

describe("changes on our server and on one made with the official SDK", () => {
  let reference: Awaited<ReturnType<typeof startReference>>;
  let scene: Scene;
  let theirs: OfficialClient;

  beforeAll(async () => {
    reference = await startReference("--provisioning");
    scene = await setScene({ users: [person(1, { sub: USER })], groups: [GROUP] });
    theirs = startOfficialClient(reference.address);
  });

  afterAll(async () => {
    await theirs.close();
    await reference.stop();
    await scene.close();
  });

  test("every method and wrong request gets the same code", async () => {
    const [ours, expected] = await Promise.all([codesOf(scene.serving.address), codesOf(reference.address)]);
    expect(Object.keys(ours).length).toBeGreaterThan(80);
    expect(ours).toEqual({ ...expected, ...OTHERWISE });
  });

  // The exception: to the SDK a missing id is one of a type without the verb; we name the field that is missing.
  test.for([
    [ROTATE, { credential_options: random() }, "resource_id"],
    [CREATE_RESOURCE, {}, "resource"],
    [DELETE, {}, "resource_id"],
    [DELETE_V2, {}, "resource_id"],
  ] as const)(
    "%s without an id is Unimplemented there and InvalidArgument here",
    async ([method, request, field]) => {
      expect((await theirs.call(method, request)).code).toBe("Unimplemented");
      const { code, message } = await scene.serving.client.call(method, request);
      expect(code).toBe("InvalidArgument");
      expect(message).toContain(`${field}: missing`);
    },
  );

  // The exception: the platform may scope a call to the resource type, and our actions take it.
  test("an action scoped to its resource type is NotFound there and done here", async () => {
    const request = { ...invoke("enable_user", { user_id: USER }), resource_type_id: "user" };
    expect((await theirs.call(INVOKE, request)).code).toBe("NotFound");
    const { code, reply } = await scene.serving.client.call(INVOKE, request);
    expect({ code, reply }).toMatchObject({ code: "OK", reply: { status: "BATON_ACTION_STATUS_COMPLETE" } });
  });

  // The exception: the SDK reports every failure of an action in its answer; we answer an invalid request with a code.
  test("an action on a missing user is FAILED there and NotFound here", async () => {
    const request = invoke("enable_user", { user_id: NOBODY });
    const { code, reply } = await theirs.call(INVOKE, request);
    expect({ code, reply }).toMatchObject({ code: "OK", reply: { status: "BATON_ACTION_STATUS_FAILED" } });
    expect((await scene.serving.client.call(INVOKE, request)).code).toBe("NotFound");
  });

  test("the usual changes get the same codes, annotations, kinds of result and fields", async () => {
    const answers: unknown[] = [];
    const expected: unknown[] = [];
    for (const [index, [method, request, more]] of SCRIPT.entries()) {
      answers.push([index, method, await shapeOf(scene.serving.client, method, request, more)]);
      expected.push([index, method, await shapeOf(theirs, method, request, more)]);
    }
    expect(answers).toEqual(expected);
  });
});

/** The part that both must have in common; the rest depends on the pool. */
async function shapeOf(
  client: OfficialClient,
  method: string,
  request: JsonObject,
  more: CallMore | undefined,
): Promise<JsonObject> {
  const { code, annotations, reply, opened } = await client.call(method, request, more);
  const { status = "", grants = [] } = reply;
  return {
    code,
    annotations,
    status,
    grants: Array.isArray(grants) ? grants.length : 0,
    fields: Object.keys(reply).toSorted(),
    opened: opened.map(({ key, name }) => `${key}: ${name}`),
  };
}
