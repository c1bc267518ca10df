// Actions over a real socket and a fake provisioner.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import { ActionService, BatonActionStatus } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import type { ChangedUser, Outcome } from "../pkg/provision/provisioner.ts";
import { changed, failing, fakeUser } from "./support/fake-provisioner.ts";
import { REAL } from "./support/fake-verbs.ts";
import { useWriteServer } from "./support/write-server.ts";

const start = useWriteServer(afterEach);

const { listActionSchemas, getActionSchema, invokeAction, getActionStatus } = ActionService.method;

describe("an action", () => {
  const args = { user_id: "sub-1" };

  test("is listed with its schema for the connector, and for no resource type", async () => {
    const { client } = await start();
    const all = await client.unary(listActionSchemas);
    expect(all.answer?.schemas.map(({ name }) => name)).toContain("disable_user");
    expect((await client.unary(listActionSchemas, { resourceTypeId: "user" })).answer?.schemas).toEqual([]);
    const one = await client.unary(getActionSchema, { name: "disable_user" });
    expect(one.answer?.schema).toMatchObject({ name: "disable_user", displayName: "Disable User" });
    expect(await client.unary(getActionSchema, { name: "make_tea" })).toMatchObject({ code: "NOT_FOUND" });
  });

  test("that ends at once is complete in the answer and in its status", async () => {
    const { client } = await start();
    const invoked = await client.unary(invokeAction, { name: "disable_user", args });
    const expected = {
      id: "run-1",
      name: "disable_user",
      status: BatonActionStatus.COMPLETE,
      response: { success: true, outcome: "done", change: "change-1" },
    };
    expect(invoked.answer).toMatchObject(expected);
    expect((await client.unary(getActionStatus, { id: "run-1" })).answer).toMatchObject(expected);
  });

  test("that takes longer than the caller waits is RUNNING, and ends without the caller", async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome<ChangedUser>>();
    const { client, verbs } = await start({ enableUser: () => promise });
    const inlineWait = { nanos: 1_000_000 };
    const { answer } = await client.unary(invokeAction, { name: "enable_user", args, inlineWait });
    expect(answer).toMatchObject({ id: "run-1", status: BatonActionStatus.RUNNING, response: {} });
    const running = await client.unary(getActionStatus, { id: "run-1" });
    expect(running.answer?.status).toBe(BatonActionStatus.RUNNING);
    resolve(changed({ user: fakeUser({ by: "id", value: "sub-1" }) }, REAL));
    await verbs.actions.idle();
    const ended = await client.unary(getActionStatus, { id: "run-1" });
    expect(ended.answer).toMatchObject({ status: BatonActionStatus.COMPLETE, response: { success: true } });
  });

  test("continues when its caller cancels", async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const { promise, resolve } = Promise.withResolvers<Outcome<ChangedUser>>();
    const { client, verbs } = await start({
      enableUser: (_user, _context, signal) => {
        begun.resolve(signal);
        return promise;
      },
    });
    const caller = new AbortController();
    const inlineWait = { seconds: 60n };
    const request = { name: "enable_user", args, inlineWait };
    const reply = client.unary(invokeAction, request, { signal: caller.signal });
    const signal = await begun.promise;
    caller.abort();
    expect((await reply).code).toBe("CANCELLED");
    resolve(changed({ user: fakeUser({ by: "id", value: "sub-1" }) }, REAL));
    await verbs.actions.idle();
    expect(signal.aborted).toBe(false);
    const ended = await client.unary(getActionStatus, { id: "run-1" });
    expect(ended.answer?.status).toBe(BatonActionStatus.COMPLETE);
  });

  test("that fails says so in its answer, also when a guard refuses it", async () => {
    const error = "user sub-1 belongs to an identity provider";
    const { client } = await start({ enableUser: failing(new GovernanceError("refused-by-guard", error)) });
    expect((await client.unary(invokeAction, { name: "enable_user", args })).answer).toMatchObject({
      status: BatonActionStatus.FAILED,
      response: { success: false, error },
    });
  });

  test.for<readonly [string, MessageInitShape<(typeof invokeAction)["input"]>]>([
    ["scoped to the type of the user", { args, resourceTypeId: "user" }],
    ["by resource_id and its type", { args: { resource_id: "sub-1", resource_type_id: "user" } }],
    ["by resourceId", { args: { resourceId: "sub-1" } }],
    ["by a resource id object", { args: { resourceId: { resourceType: "user", resource: "sub-1" } } }],
    ["with nulls beside the id", { args: { userId: "sub-1", user_id: null, note: null } }],
  ])("%s is done", async ([, request]) => {
    const { client, calls } = await start();
    const { answer } = await client.unary(invokeAction, { name: "enable_user", ...request });
    expect(answer?.status).toBe(BatonActionStatus.COMPLETE);
    expect(calls).toMatchObject([{ verb: "enableUser", args: [{ by: "id", value: "sub-1" }, {}] }]);
  });

  test.for<readonly [string, MessageInitShape<(typeof invokeAction)["input"]>, string, RegExp]>([
    ["unknown", { name: "make_tea", args }, "NOT_FOUND", /"make_tea"$/],
    [
      "of another type",
      { name: "enable_user", args, resourceTypeId: "group" },
      "NOT_FOUND",
      /of resource type "group"$/,
    ],
    ["of a type without a name", { resourceTypeId: "user" }, "INVALID_ARGUMENT", /^name: /],
    ["without arguments", { name: "enable_user" }, "INVALID_ARGUMENT", /^args\.user_id: missing/],
    [
      "with an unknown argument",
      { name: "enable_user", args: { ...args, force: true } },
      "INVALID_ARGUMENT",
      /^args: .*"force"/,
    ],
    [
      "with an argument of another kind",
      { name: "disable_user", args: { ...args, sign_out: "no" } },
      "INVALID_ARGUMENT",
      /^args\.sign_out: /,
    ],
    [
      "against a constraint",
      { name: "update_group", args: { group_id: "admins" } },
      "INVALID_ARGUMENT",
      /^args: .*at least one of/,
    ],
    [
      "on a group instead of a user",
      { name: "enable_user", args: { user_id: { resource_type_id: "group", resource_id: "admins" } } },
      "INVALID_ARGUMENT",
      /^args\.user_id: .*"group"/,
    ],
    [
      "mark 38: that renames a group",
      { name: "update_group", args: { group_id: "admins", new_name: "owners" } },
      "INVALID_ARGUMENT",
      /^args\.new_name: a Cognito group cannot be renamed/,
    ],
  ])("%s is refused before anything begins", async ([, request, code, message]) => {
    const { client, calls } = await start();
    expect(await client.unary(invokeAction, request)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(calls).toEqual([]);
  });

  test("has no status under an unknown id", async () => {
    const { client } = await start();
    expect(await client.unary(getActionStatus, { id: "run-1" })).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/^id: there is no run "run-1"/),
    });
  });
});

test("no log line of a call holds its request or its answer", async () => {
  const { client, events, told } = await start();
  const password = "Hunter2-secret";
  await client.unary(invokeAction, {
    name: "set_password",
    args: { user_id: "sub-1", password, permanent: true },
  });
  await told(1);
  expect(JSON.stringify(events)).not.toContain("Hunter2");
});
