// What the judge of the service days concludes. The first histories are of days that it judged wrongly.
import { expect, test } from "vitest";
import { type DayHistory, judgeDay, type SeenCall } from "./serve-history.ts";
import { memberKey, nameKey } from "./serve-keys.ts";
import type { ChangeEntry } from "./serve-ledger.ts";
import { drawServeDay } from "./serve-plan.ts";
import type { Interval, Transition } from "./serve-truth.ts";

const SUB = "9b942655-482f-4fcb-809b-19afbd82fe48";
const KEY = memberKey(SUB, "a");

function historyOf(parts: Partial<DayHistory>): DayHistory {
  return {
    day: drawServeDay(106),
    changes: [],
    readings: [],
    refusals: [],
    longestMs: [],
    times: [],
    transitions: [],
    calls: [],
    starts: [0],
    pausedMs: 60,
    audit: [],
    noted: [],
    log: [],
    ...parts,
  };
}

/** Asked for at 1,000 ms and answered at 3,000. */
const change = (parts: Partial<ChangeEntry> = {}): ChangeEntry => ({
  number: 17,
  requester: "token:s0",
  front: "scim",
  kind: "grant",
  sub: SUB,
  username: "p12",
  group: "a",
  value: "nick17",
  password: false,
  times: 1,
  fromMs: 1_000,
  toMs: 3_000,
  said: "fine",
  code: "204",
  text: "",
  ...parts,
});

const call = (number: number, atMs: number, parts: Partial<SeenCall> = {}): SeenCall => ({
  number,
  operation: "AdminAddUserToGroup",
  category: "UserUpdate",
  startedMs: atMs,
  clockMs: atMs,
  group: "a",
  username: "p12",
  outcome: "ok",
  done: true,
  finishedMs: atMs + 20,
  received: true,
  ...parts,
});
const lost = { outcome: "client-gone", received: false } as const;

const audit = (atMs: number, outcome = "done"): DayHistory["audit"][number] => ({
  atMs,
  kind: "grant",
  via: "scim",
  by: "token:s0",
  user: SUB,
  group: "a",
  outcome,
});

const became = (sign: "+" | "-", atMs: number, by: number | undefined): Transition => ({
  key: KEY,
  sign,
  atMs,
  call: by,
});

const so = (...intervals: readonly (readonly [number, number | undefined])[]): DayHistory["times"] => [
  [KEY, intervals.map(([fromMs, toMs]): Interval => ({ fromMs, toMs }))],
];

/** Seed 106: the answer of the first call came too late, others made the group again, and the second call did it again. */
const REPEATED = {
  changes: [change()],
  calls: [call(114, 1_500, lost), call(146, 2_600)],
  times: so([1_501, 2_400], [2_601, undefined]),
  transitions: [became("+", 1_501, 114), became("+", 2_601, 146)],
  audit: [audit(2_650)],
} satisfies Partial<DayHistory>;

test("a call whose answer was lost may do again what others took back meanwhile", () => {
  expect(judgeDay(historyOf(REPEATED))).toEqual([]);
  expect(judgeDay(historyOf({ ...REPEATED, changes: [change({ said: "made", code: "OK" })] }))).toEqual([]);
});

test("after an answer that arrived nothing is done again", () => {
  const calls = [call(114, 1_500), call(146, 2_600)];
  expect(judgeDay(historyOf({ ...REPEATED, calls })).map((line) => line.split(":")[0])).toEqual([
    "made without an answer that says so",
    "made 2 times, with 1 lines in the audit log",
    "AdminAddUserToGroup was answered 2 times for 1 requests",
  ]);
});

test.for([
  ["was malformed", { outcome: "malformed" }],
  ["was sent as the time of its caller ran out", { received: false }],
] as const)("an answer that %s counts as lost", ([, how]) => {
  const calls = [call(114, 1_500, how), call(146, 2_600)];
  expect(judgeDay(historyOf({ ...REPEATED, calls }))).toEqual([]);
});

test("what was done before or after the change is not excused by its lost answer", () => {
  const audits = [audit(2_650), audit(2_660)];
  for (const change17 of [change({ fromMs: 2_500 }), change({ toMs: 1_400, fromMs: 1_000 })]) {
    const differences = judgeDay(historyOf({ ...REPEATED, changes: [change17], audit: audits }));
    expect(differences).toContainEqual(expect.stringMatching(/^made without an answer that says so/));
  }
});

test("the lost answer of a grant excuses no revoke", () => {
  const history = historyOf({
    changes: [change({ said: "refused", code: "503", text: "not now" })],
    calls: [call(114, 1_500, { ...lost, operation: "AdminRemoveUserFromGroup" })],
    times: so([0, 1_501], [2_400, undefined]),
    transitions: [became("-", 1_501, 114), became("+", 2_400, undefined)],
  });
  expect(judgeDay(history)).toEqual([expect.stringMatching(/^made without an answer that says so: -member/)]);
});

test("a task that was given twice may do again what others took back meanwhile", () => {
  const calls = [call(114, 1_500), call(146, 2_600)];
  const changes = [change({ front: "platform", times: 2 })];
  expect(judgeDay(historyOf({ ...REPEATED, calls, changes }))).toEqual([]);
});

test("a revoke whose answer was lost may take out again whom others put in meanwhile", () => {
  const history = historyOf({
    changes: [change({ kind: "revoke" })],
    calls: [
      call(114, 1_500, { ...lost, operation: "AdminRemoveUserFromGroup" }),
      call(146, 2_600, { operation: "AdminRemoveUserFromGroup" }),
    ],
    times: so([0, 1_501], [2_400, 2_601]),
    transitions: [became("-", 1_501, 114), became("+", 2_400, undefined), became("-", 2_601, 146)],
    audit: [{ ...audit(2_650), kind: "revoke" }],
  });
  expect(judgeDay(history)).toEqual([]);
  // Nobody put the user in again: the refusal is wrong.
  const refused = historyOf({
    ...history,
    changes: [change({ kind: "revoke", said: "refused", code: "503", text: "not now" })],
    times: so([0, 1_501]),
    transitions: [became("-", 1_501, 114)],
    audit: [{ ...audit(2_650, "failed"), kind: "revoke" }],
  });
  expect(judgeDay(refused)).toEqual([expect.stringMatching(/^made without an answer that says so: -member/)]);
});

const REFUSED = change({ said: "refused", code: "503", text: "the change was not made" });

test("a change may be refused when others took back what a call with a lost answer did", () => {
  const history = {
    changes: [REFUSED],
    calls: [call(114, 1_500, lost)],
    times: so([1_501, 2_400]),
    transitions: [became("+", 1_501, 114)],
    audit: [audit(2_650, "failed")],
  };
  expect(judgeDay(historyOf(history))).toEqual([]);
  expect(judgeDay(historyOf({ ...history, audit: [] }))).toEqual([
    expect.stringMatching(/^made 1 times, with 0 lines in the audit log/),
  ]);
  const late = { ...history, times: so([1_501, 3_400]) };
  expect(judgeDay(historyOf(late))).toEqual([
    expect.stringMatching(/^made without an answer that says so: \+member .* a, 501 ms after/),
  ]);
});

test("a change that is said to be made, and was not, is found", () => {
  const history = historyOf({ changes: [change({ said: "made", code: "OK" })] });
  expect(judgeDay(history).map((line) => line.split(":")[0])).toEqual(["not made", "made without its line"]);
});

test("a refused change may have the line of an earlier one in its time, whose caller has gone", () => {
  const gone = change({ toMs: 1_200, said: "no answer", code: "CANCELLED" });
  const refused = change({ number: 18, fromMs: 1_300, said: "refused", code: "503", text: "not now" });
  const history = {
    calls: [call(114, 1_500)],
    times: so([1_501, undefined]),
    transitions: [became("+", 1_501, 114)],
    audit: [audit(1_800)],
  };
  expect(judgeDay(historyOf({ ...history, changes: [gone, refused] }))).toEqual([]);
  expect(judgeDay(historyOf({ ...history, changes: [refused] }))).toEqual([
    expect.stringMatching(/^made without an answer that says so/),
    expect.stringMatching(/^refused, and the audit log says otherwise/),
  ]);
  const later = { ...gone, fromMs: 1_350 };
  expect(judgeDay(historyOf({ ...history, changes: [later, refused] }))).toEqual([
    expect.stringMatching(/^refused, and the audit log says otherwise/),
  ]);
  const made = { ...refused, said: "made", code: "OK", text: "" } as const;
  expect(judgeDay(historyOf({ ...history, changes: [made] }))).toEqual([]);
});

test("an effect that nobody asked for is found, and one of others is not the connector's", () => {
  const [times, calls] = [so([1_501, undefined]), [call(114, 1_500)]];
  expect(judgeDay(historyOf({ times, calls, transitions: [became("+", 1_501, 114)] }))).toEqual([
    `made without an answer that says so: +${KEY}. Asked for: by nobody`,
  ]);
  expect(judgeDay(historyOf({ times, transitions: [became("+", 1_501, undefined)] }))).toEqual([]);
});

test("a write that is sent again is a fault only where its answer is known to have arrived", () => {
  const history = {
    changes: [change()],
    times: so([1_501, undefined]),
    transitions: [became("+", 1_501, 114)],
    audit: [audit(2_650)],
  };
  // The answer was sent as the caller's time ran out: the caller closed the connection, and asked again.
  const sent = [call(114, 1_500, { received: false }), call(146, 2_600)];
  expect(judgeDay(historyOf({ ...history, calls: sent }))).toEqual([]);
  const malformed = [call(114, 1_500, { outcome: "malformed" }), call(146, 2_600)];
  expect(judgeDay(historyOf({ ...history, calls: malformed }))).toEqual([]);
  expect(judgeDay(historyOf({ ...history, calls: [call(114, 1_500), call(146, 2_600)] }))).toEqual([
    expect.stringMatching(/^AdminAddUserToGroup was answered 2 times for 1 requests/),
  ]);
});

test("requests above the rate are found, unless a pause can have brought them together", () => {
  const { rate } = drawServeDay(106);
  const calls = Array.from({ length: rate + 8 }, (_, index) =>
    call(index + 1, 1_000 + index * 40, {
      operation: "AdminGetUser",
      category: "UserRead",
      group: undefined,
    }),
  );
  expect(judgeDay(historyOf({ calls }))).toEqual([
    `process 1 sent ${rate + 8} requests of UserRead in a second and ${rate + 8} in ten, at a rate of ${rate}, with pauses of at most 60 ms`,
  ]);
  expect(judgeDay(historyOf({ calls, pausedMs: 300 }))).toEqual([]);
});

test("requests above the rate of ten seconds are found, unless a pause can have brought them together", () => {
  const { rate } = drawServeDay(106);
  const reads = { operation: "AdminGetUser", category: "UserRead", group: undefined } as const;
  const calls = Array.from({ length: rate * 10 + 4 }, (_, index) =>
    call(index + 1, 1_000 + index * 62, reads),
  );
  expect(judgeDay(historyOf({ calls }))).toEqual([
    expect.stringMatching(new RegExp(`and ${rate * 10 + 4} in ten, at a rate of ${rate},`)),
  ]);
  expect(judgeDay(historyOf({ calls, pausedMs: 300 }))).toEqual([]);
});

test("an account whose creation may have been carried out is not asked for again", () => {
  const creation = { operation: "AdminCreateUser", username: "new-one", group: undefined } as const;
  const key = nameKey("new-one");
  const history = {
    changes: [change({ kind: "create-user", username: "new-one", sub: "" })],
    times: [[key, [{ fromMs: 1_501, toMs: undefined }]]],
    transitions: [{ key, sign: "+", atMs: 1_501, call: 114 }],
    audit: [{ ...audit(2_650), kind: "create-account" }],
  } satisfies Partial<DayHistory>;
  const second = call(146, 2_600, { ...creation, outcome: "UsernameExistsException", done: false });
  const throttled = call(113, 1_400, { ...creation, outcome: "TooManyRequestsException", done: false });
  const once = [throttled, call(114, 1_500, { ...creation, ...lost })];
  expect(judgeDay(historyOf({ ...history, calls: once }))).toEqual([]);
  expect(judgeDay(historyOf({ ...history, calls: [...once, second] }))).toEqual([
    "AdminCreateUser of new-one was sent 2 times (client-gone, UsernameExistsException) for 1 requests",
  ]);
});

test("what takes far longer than its calls may is found, unless the machine was paused", () => {
  const slow = change({ toMs: 201_000, said: "refused", code: "503", text: "not now" });
  const history = { changes: [slow], longestMs: [["page", 130_000]] } satisfies Partial<DayHistory>;
  expect(judgeDay(historyOf(history))).toEqual([
    expect.stringMatching(/^took 200000 ms: change 17/),
    "a page took 130000 ms",
  ]);
  expect(judgeDay(historyOf({ ...history, pausedMs: 10_000 }))).toEqual([]);
});
