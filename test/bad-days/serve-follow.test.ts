import {
  AdminAddUserToGroupCommand,
  AdminGetUserCommand,
  DeleteGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientOf } from "../cognito/client.ts";
import { people } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";
import { followPool } from "./serve-follow.ts";
import { groupKey, memberKey } from "./serve-keys.ts";
import { type PoolHistory, truthOf } from "./serve-truth.ts";

const UserPoolId = "us-east-1_Ab129faBb";
let pool: Pool;
let server: ScriptedCognito;
let now: number;
let followed: PoolHistory;

beforeEach(async () => {
  pool = createPool({ id: UserPoolId, groups: ["team"], users: people(2) });
  server = await startScriptedCognito({ pools: [pool] });
  now = 1_000;
  followed = followPool(
    pool,
    () => now,
    () => server.stats.carriedOut,
  );
});

afterEach(async () => {
  await server.close();
});

test("names the call that changed the pool, and none for what others did", async () => {
  const [{ username: Username, sub } = { username: "", sub: "" }] = pool.allUsers();
  const client = clientOf(server);
  const key = memberKey(sub, "team");
  await client.send(new AdminGetUserCommand({ UserPoolId, Username }));
  await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "team" }));
  now = 2_000;
  pool.leave(Username, "team");
  now = 3_000;
  // While a call is on its way, others are others.
  server.script({ operation: "AdminAddUserToGroup", run: () => pool.join(Username, "team") });
  await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "team" }));
  now = 4_000;
  await client.send(new DeleteGroupCommand({ UserPoolId, GroupName: "team" }));
  expect(followed.transitions).toEqual([
    { key, sign: "+", atMs: 1_000, call: 2 },
    { key, sign: "-", atMs: 2_000, call: undefined },
    { key, sign: "+", atMs: 3_000, call: undefined },
    { key: groupKey("team"), sign: "-", atMs: 4_000, call: 4 },
  ]);
  expect(followed.times.get(key)).toEqual([
    { fromMs: 1_000, toMs: 2_000 },
    { fromMs: 3_000, toMs: 4_000 },
  ]);
  const truth = truthOf(followed);
  const over = truth.transitions.map((one) => [
    truth.wasTakenBack(one, 1_999),
    truth.wasTakenBack(one, 4_000),
  ]);
  expect(over).toEqual([
    [false, true],
    [false, true],
    [false, true],
    [false, false],
  ]);
});

test("an answer is known to have arrived when its connection brings the next call", async () => {
  const [{ username: Username } = { username: "" }] = pool.allUsers();
  const client = clientOf(server);
  const ask = () => client.send(new AdminGetUserCommand({ UserPoolId, Username }));
  const received = () => server.stats.calls.map((call) => call.received);
  await ask();
  expect(received()).toEqual([false]);
  await ask();
  expect(received()).toEqual([true, false]);
  const given = new AbortController();
  server.script({ nth: 1, delayMs: 60_000, run: () => given.abort() });
  await expect(
    client.send(new AdminGetUserCommand({ UserPoolId, Username }), { abortSignal: given.signal }),
  ).rejects.toThrow(/abort/i);
  await ask();
  // The caller gave the third one up, and its connection with it.
  expect(received()).toEqual([true, true, false, false]);
});
