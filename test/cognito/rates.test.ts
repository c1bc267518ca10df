import {
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { describe, expect, test } from "vitest";

import { clientOf } from "./client.ts";
import { people } from "./definitions.ts";
import { createPool } from "./pool.ts";
import { awsQuotas, busiestWindow, createRateGate, grantedRate, type RateSubject } from "./rates.ts";
import { startScriptedCognito } from "./server.ts";

const subject = (change: Partial<RateSubject> = {}): RateSubject => ({
  category: "UserList",
  operation: "ListUsers",
  poolId: "us-east-1_A",
  username: undefined,
  writes: false,
  ...change,
});

/** How many of so many calls at the given times are admitted. */
function admitted(
  gate: ReturnType<typeof createRateGate>,
  timesMs: readonly number[],
  one = subject(),
): number {
  return timesMs.filter((timeMs) => gate.admit(one, timeMs)).length;
}

const every = (stepMs: number, count: number, fromMs = 0): number[] =>
  Array.from({ length: count }, (_, index) => fromMs + index * stepMs);

describe("the rate gate", () => {
  test("admits a second's worth at once and then refills evenly", () => {
    const gate = createRateGate({ perSecond: { UserList: 30 } });
    expect(admitted(gate, every(0, 50))).toBe(30);
    expect(admitted(gate, every(0, 50, 500))).toBe(15);
    expect(admitted(gate, every(1000 / 30, 300, 1000))).toBe(300);
  });

  test("counts calendar seconds when it is set so", () => {
    const gate = createRateGate({ perSecond: { UserList: 5 }, mode: "second" });
    expect(admitted(gate, every(100, 10, 5_000))).toBe(5);
    expect(admitted(gate, every(0, 9, 6_000))).toBe(5);
  });

  test("shares a category between operations and pools, and leaves the others alone", () => {
    const gate = createRateGate({ perSecond: { UserList: 4 } });
    expect(admitted(gate, [0, 0])).toBe(2);
    expect(admitted(gate, [0, 0, 0], subject({ operation: "ListUsersInGroup", poolId: "us-east-1_B" }))).toBe(
      2,
    );
    expect(admitted(gate, every(0, 99), subject({ category: "UserRead" }))).toBe(99);
  });

  test("caps pool resources at 5 per pool and operation below their category's 20", () => {
    const gate = createRateGate(awsQuotas);
    const list = subject({ category: "UserPoolResourceRead", operation: "ListGroups" });
    expect(admitted(gate, every(0, 9), list)).toBe(5);
    expect(admitted(gate, every(0, 9), { ...list, operation: "GetGroup" })).toBe(5);
    expect(admitted(gate, every(0, 9), { ...list, poolId: "us-east-1_B" })).toBe(5);
    expect(admitted(gate, every(0, 9), { ...list, poolId: "us-east-1_C" })).toBe(5);
    expect(admitted(gate, every(0, 9), { ...list, poolId: "us-east-1_D" })).toBe(0);
  });

  test("caps reads and writes of one user at 10 each", () => {
    const gate = createRateGate(awsQuotas);
    const read = subject({ category: "UserRead", operation: "AdminGetUser", username: "zoë" });
    expect(admitted(gate, every(0, 20), read)).toBe(10);
    expect(admitted(gate, every(0, 20), { ...read, category: "UserUpdate", writes: true })).toBe(10);
    expect(admitted(gate, every(0, 20), { ...read, username: "ali" })).toBe(10);
  });
});

describe("the rate that the starts of calls show", () => {
  test.for([
    ["none", [], 0, 0],
    ["one", [7], 1, 0],
    ["five a second", every(200, 51), 5, 5],
    ["a burst of eight after a pause", [...every(200, 10), ...every(1, 8, 60_000)], 8, (17 * 1000) / 60_007],
  ] as const)("%s", ([, starts, most, used]) => {
    expect(grantedRate(starts)).toMatchObject({ calls: starts.length, maxInOneSecond: most });
    expect(grantedRate(starts).usedPerSecond).toBeCloseTo(used, 9);
  });

  test("a window is half open: a call exactly one second later is outside", () => {
    expect(busiestWindow([0, 999.9], 1000)).toBe(2);
    expect(busiestWindow([0, 1000], 1000)).toBe(1);
  });
});

test("the server answers a breach with TooManyRequestsException, HTTP 400, and does not carry it out", async () => {
  let clockMs = 0;
  const pool = createPool({ id: "us-east-1_Ab129faBb", users: people(3), groups: ["g"] });
  const server = await startScriptedCognito({
    pools: [pool],
    clock: () => clockMs,
    rates: { perSecond: { UserList: 2 }, perPoolOperation: 1 },
  });
  const client = clientOf(server);
  const UserPoolId = pool.settings.id;
  await client.send(new ListUsersCommand({ UserPoolId }));
  await client.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: "g" }));
  const third = client.send(new ListUsersCommand({ UserPoolId }));
  await expect(third).rejects.toMatchObject({
    name: "TooManyRequestsException",
    message: "Rate exceeded",
    $metadata: { httpStatusCode: 400 },
  });
  expect(server.stats.calls.at(-1)).toMatchObject({ outcome: "TooManyRequestsException", done: false });
  await client.send(new ListGroupsCommand({ UserPoolId }));
  await expect(client.send(new ListGroupsCommand({ UserPoolId }))).rejects.toThrow("Rate exceeded");
  clockMs += 500;
  await client.send(new ListUsersCommand({ UserPoolId }));
  expect(server.stats.outcomes()).toEqual({
    "ListUsers ok": 2,
    "ListUsersInGroup ok": 1,
    "ListUsers TooManyRequestsException": 1,
    "ListGroups ok": 1,
    "ListGroups TooManyRequestsException": 1,
  });
  await server.close();
});
