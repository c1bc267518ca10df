import {
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { clientOf } from "./client.ts";
import { people } from "./definitions.ts";
import type { FaultRule } from "./faults.ts";
import { createPool, type Pool } from "./pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./server.ts";

const UserPoolId = "us-east-1_Ab129faBb";
let pool: Pool;
let server: ScriptedCognito;

beforeEach(async () => {
  pool = createPool({
    id: UserPoolId,
    groups: ["readers", "writers"],
    users: people(20, () => ({ groups: ["readers"] })),
  });
  server = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await server.close();
});

const list = (
  PaginationToken?: string,
  Limit = 5,
): Promise<{ Users?: unknown[] | undefined; PaginationToken?: string | undefined }> =>
  clientOf(server).send(new ListUsersCommand({ UserPoolId, PaginationToken, Limit }));

/** Page sizes of at most so many pages, following the tokens given. */
async function sizes(most = 20): Promise<number[]> {
  const found: number[] = [];
  let token: string | undefined;
  do {
    const page = await list(token);
    found.push(page.Users?.length ?? -1);
    token = page.PaginationToken;
  } while (token !== undefined && found.length < most);
  return found;
}

describe("errors", () => {
  test.for([
    [{ throttle: true }, "TooManyRequestsException", 400],
    [{ throttle: "ThrottlingException" }, "ThrottlingException", 400],
    [{ throttle: "LimitExceededException" }, "LimitExceededException", 400],
    [{ error: { name: "InternalErrorException" } }, "InternalErrorException", 500],
    [{ error: { name: "NeverHeardOfException", message: "hm", status: 418 } }, "NeverHeardOfException", 418],
  ] as const satisfies readonly (readonly [FaultRule, string, number])[])(
    "%o arrives by its name",
    async ([effect, name, httpStatusCode]) => {
      const rule = server.script({ operation: "ListUsers", nth: 2, ...effect });
      await list();
      await expect(list()).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
      await list();
      expect(rule.fired).toBe(1);
    },
  );

  test("a proxy's HTML page, malformed JSON and half an answer are errors", async () => {
    server.script({ overall: 1, answer: { status: 503, body: "<html>busy</html>" } });
    server.script({ overall: 2, malformed: true });
    server.script({ overall: 3, cut: "mid-answer" });
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await expect(list()).rejects.toThrow(SyntaxError);
    await expect(list()).rejects.toThrow(/aborted|hang up|reset/u);
    expect(server.stats.calls.map((call) => call.outcome)).toEqual(["HTTP 503", "malformed", "truncated"]);
  });

  test("a call is not done when the connection is cut before it, and done when it is cut after", async () => {
    const [first, second] = pool.allUsers().map((user) => user.username);
    server.script({ operation: "AdminDeleteUser", nth: 1, cut: "before" });
    server.script({ operation: "AdminDeleteUser", nth: 2, cut: "after" });
    const remove = (Username: string | undefined): Promise<unknown> =>
      clientOf(server).send(new AdminDeleteUserCommand({ UserPoolId, Username }));
    await expect(remove(first)).rejects.toThrow(/hang up|reset/u);
    await expect(remove(second)).rejects.toThrow(/hang up|reset/u);
    expect(pool.stored(first ?? "")).toBeDefined();
    expect(pool.stored(second ?? "")).toBeUndefined();
    expect(server.stats.calls.map((call) => [call.outcome, call.done])).toEqual([
      ["cut-before", false],
      ["cut-after", true],
    ]);
  });
});

describe("which calls a rule matches", () => {
  test("by group, by stride, and by a maximum count", async () => {
    const members = (GroupName: string): Promise<string> =>
      clientOf(server)
        .send(new ListUsersInGroupCommand({ UserPoolId, GroupName }))
        .then(
          () => "ok",
          (error: unknown) => (error instanceof Error ? error.name : "?"),
        );
    const rule = server.script({ group: "readers", nth: { from: 2, every: 2 }, times: 2, throttle: true });
    const seen: string[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      await members("writers");
      seen.push(await members("readers"));
    }
    const no = "TooManyRequestsException";
    expect(seen).toEqual(["ok", no, "ok", no, "ok", "ok", "ok", "ok"]);
    expect(rule.fired).toBe(2);
    rule.remove();
    expect(await members("readers")).toBe("ok");
  });

  test("by whether the call continues from a token", async () => {
    server.script({ continues: true, throttle: true });
    const { PaginationToken } = await list();
    await expect(list(PaginationToken)).rejects.toThrow("Rate exceeded");
  });
});

describe("pages", () => {
  test("short and empty pages lose no user", async () => {
    const rule = server.script({ operation: "ListUsers", nth: [2, 3, 4], shortPage: 0 });
    server.script({ operation: "ListUsers", nth: 5, shortPage: 2 });
    expect(await sizes()).toEqual([5, 0, 0, 0, 2, 5, 5, 3]);
    expect(rule.fired).toBe(3);
  });

  test("a token may lead to an empty last page", async () => {
    server.script({ operation: "ListUsers", nth: 4, trailingToken: true });
    expect(await sizes()).toEqual([5, 5, 5, 5, 0]);
  });

  test("the same token again, for ever", async () => {
    const rule = server.script({ operation: "ListUsers", repeatTokens: 1 });
    const first = await list();
    const second = await list(first.PaginationToken);
    expect(second.PaginationToken).toBe(first.PaginationToken);
    expect(await sizes(12)).toHaveLength(12);
    expect(rule.fired).toBe(14);
  });

  test("tokens in a circle: A, B, A", async () => {
    server.script({ operation: "ListUsers", repeatTokens: 2 });
    const a = (await list()).PaginationToken;
    const b = (await list(a)).PaginationToken;
    const again = (await list(b)).PaginationToken;
    expect(again).toBe(a);
    expect(b).not.toBe(a);
    expect((await list(again)).PaginationToken).toBe(b);
  });

  test("an answer may be rewritten", async () => {
    server.script({ operation: "ListUsers", rewrite: () => ({ Users: [{ Username: "only" }] }) });
    expect((await list()).Users).toEqual([{ Username: "only" }]);
  });
});

describe("time", () => {
  test("a held call waits for the test, before it is carried out or after", async () => {
    const Username = pool.allUsers()[0]?.username ?? "";
    const read = (): Promise<unknown> =>
      clientOf(server).send(new AdminGetUserCommand({ UserPoolId, Username }));
    const early = server.hold({ operation: "AdminGetUser", nth: 1 });
    const failure = read().catch((error: unknown) => error);
    await early.arrived();
    expect(early.waiting).toHaveLength(1);
    pool.deleteUser(Username);
    early.release();
    expect(await failure).toMatchObject({ name: "UserNotFoundException" });

    const late = server.hold({ operation: "ListUsers" }, "answer");
    const both = Promise.all([list(), list()]);
    await late.arrived(2);
    expect(server.stats.inFlight).toBe(2);
    expect(server.stats.calls.at(-1)).toMatchObject({ done: true, outcome: "open" });
    late.release();
    await both;
    await list();
    expect(server.stats.maxInFlight).toBe(2);
  });

  test("latency delays every answer, delayMs only the ones scripted", async () => {
    server.setLatency(30);
    server.script({ nth: 2, delayMs: 60 });
    await list();
    await list();
    const took = server.stats.calls.map((call) => (call.finishedMs ?? 0) - call.startedMs);
    expect(took[0]).toBeGreaterThanOrEqual(29);
    expect(took[1]).toBeGreaterThanOrEqual(89);
  });

  test("a client that disconnects is recorded", async () => {
    const held = server.hold({});
    const abort = new AbortController();
    const gone = clientOf(server)
      .send(new ListUsersCommand({ UserPoolId }), { abortSignal: abort.signal })
      .catch((error: unknown) => error);
    await held.arrived();
    abort.abort();
    expect(await gone).toMatchObject({ name: "AbortError" });
    await expect.poll(() => server.stats.calls[0]?.outcome).toBe("client-gone");
    held.release();
  });
});

test("a hook runs before its call, so a group may vanish between two pages", async () => {
  const hook = server.onCall("ListUsersInGroup", 2, () => pool.deleteGroup("readers"));
  const members = (NextToken?: string): Promise<{ NextToken?: string | undefined }> =>
    clientOf(server).send(
      new ListUsersInGroupCommand({ UserPoolId, GroupName: "readers", Limit: 5, NextToken }),
    );
  const { NextToken } = await members();
  await expect(members(NextToken)).rejects.toThrow("Group not found.");
  expect(hook.fired).toBe(1);
});

test("records hold the request and the outcome of each call", async () => {
  await clientOf(server).send(new ListUsersInGroupCommand({ UserPoolId, GroupName: "writers", Limit: 7 }));
  expect(server.stats.calls).toMatchObject([
    {
      number: 1,
      nth: 1,
      operation: "ListUsersInGroup",
      category: "UserList",
      input: { UserPoolId, GroupName: "writers", Limit: 7 },
      group: "writers",
      accessKeyId: "AKIATEST",
      outcome: "ok",
      done: true,
    },
  ]);
  expect(server.stats.counts()).toEqual({ ListUsersInGroup: 1 });
  server.stats.reset();
  expect([server.stats.count(), server.stats.calls.length]).toEqual([0, 0]);
});
