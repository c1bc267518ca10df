// The script of the shared quota inside a real Redis, under a clock of the test: minutes pass in some milliseconds.
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseAnswer } from "../../../pkg/shared-quota/answer.ts";
import { QUOTA_SCRIPT } from "../../../pkg/shared-quota/script.ts";
import { busiestWindow } from "../../cognito/rates.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";

const CLOCK = "redis.call('TIME')";
const SCRIPT = QUOTA_SCRIPT.replace(CLOCK, "{ARGV[19], ARGV[20]}");
const KEY = "quota";

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  if (QUOTA_SCRIPT.split(CLOCK).length !== 2) throw new Error("the script reads its clock elsewhere");
  server = await startRedis();
  redis = new Redis({ port: server.port });
});
afterAll(async () => {
  redis.disconnect();
  await server.remove();
});
afterEach(async () => {
  await redis.flushall();
});

interface Member {
  readonly id: string;
  readonly pool: string;
  readonly set: number;
  /** Calls that always wait: writes, others, background. */
  readonly waiting: readonly [number, number, number];
  /** When it reports next, in real milliseconds. */
  reportsAt: number;
  aheadUntil: number;
  known: number;
  /** When its turns are, in real milliseconds. */
  readonly starts: number[];
  /** What became of its turns, in microseconds of the clock of Redis, and how many of them are known there. */
  readonly outcomes: { readonly given: number; readonly sent: number }[];
  told: number;
  /** How long a report and its answer are under way, half of it each. */
  readonly wayMs: number;
}

/** Real time, and the clock of Redis beside it. */
const world = { now: 0, clockOffset: 1_795_000_000_000 };

function member(
  id: string,
  pool = "a",
  more: Partial<Pick<Member, "set" | "waiting" | "wayMs">> = {},
): Member {
  return {
    id,
    pool,
    set: 5,
    waiting: [0, 40, 0],
    reportsAt: world.now,
    aheadUntil: world.now - 60_000,
    known: 0,
    starts: [],
    outcomes: [],
    told: 0,
    wayMs: 0,
    ...more,
  };
}

async function report(m: Member, flags: { readonly throttled?: true; readonly leaving?: true } = {}) {
  const madeAt = world.now + m.wayMs / 2;
  const clock = madeAt + world.clockOffset;
  // A turn that is still to come is held.
  const held = m.starts.filter((at) => at > world.now).length;
  const values = [m.id, m.pool, m.set, ...m.waiting, held, m.aheadUntil - world.now, m.known]
    .concat([flags.throttled ? 1 : 0, flags.leaving ? 1 : 0, 1, m.told, "", m.outcomes.length])
    .concat([
      m.outcomes
        .slice(m.told)
        .map(({ given, sent }) => `${given},${sent}`)
        .join(" "),
    ])
    .concat([m.wayMs, 0, Math.floor(clock / 1000), Math.round((clock % 1000) * 1000)]);
  const answer = parseAnswer(await redis.eval(SCRIPT, 1, KEY, ...values));
  const answeredAt = world.now + m.wayMs;
  m.starts.push(...answer.turnsInMs.map((ms) => Math.max(answeredAt, madeAt + ms)));
  m.aheadUntil = madeAt + answer.aheadMs;
  m.known = answer.instances;
  m.reportsAt = answer.outcomesKnown < m.told ? answeredAt : answeredAt + answer.pollMs;
  m.told = answer.outcomesKnown;
  return answer;
}

const inRedis = (at: number): number => Math.round((at + world.clockOffset) * 1000);

/** The turns of that moment were dropped. */
function drop(m: Member, turns: readonly number[]): void {
  for (const at of turns) {
    m.starts.splice(m.starts.indexOf(at), 1);
    m.outcomes.push({ given: inRedis(at), sent: -1 });
  }
}

/** Each member reports when it has to. */
async function run(members: readonly Member[], untilMs: number): Promise<void> {
  for (;;) {
    const next = members.toSorted((a, b) => a.reportsAt - b.reportsAt)[0];
    if (next === undefined || next.reportsAt >= untilMs) break;
    world.now = Math.max(world.now, next.reportsAt);
    await report(next);
  }
  world.now = untilMs;
}

const startsOf = (members: readonly Member[]): number[] =>
  members.flatMap(({ starts }) => starts).toSorted((a, b) => a - b);

function expectInside(members: readonly Member[], rate: number): void {
  const starts = startsOf(members);
  expect(busiestWindow(starts, 10_000)).toBeLessThanOrEqual(rate * 10);
  expect(busiestWindow(starts, 1000)).toBeLessThanOrEqual(rate + 2);
}

/** Time begins at 0 with each test. */
function begin(count: number, more: Partial<Pick<Member, "set" | "waiting" | "wayMs">> = {}): Member[] {
  world.now = 0;
  world.clockOffset = 1_795_000_000_000;
  return Array.from({ length: count }, (_, index) => member(`m${index}`, "a", more));
}

describe("QUOTA-1: the turns of all instances", () => {
  test.for([
    [0.2, 2],
    [1, 3],
    [5, 8],
    [30, 8],
    [120, 4],
    [5, 100],
  ] as const)("are inside %d per second and use it, with %d instances", async ([rate, count]) => {
    const members = begin(count, { set: rate });
    const seconds = rate < 1 ? 300 : 40;
    await run(members, seconds * 1000);
    expectInside(members, rate);
    expect(startsOf(members).length).toBeGreaterThanOrEqual(rate * (seconds - 2) * 0.97);
  });

  test.for([
    [5, 2, 100],
    [30, 2, 10],
    [30, 8, 20],
    [30, 2, 300],
    [5, 3, 600],
  ] as const)(
    "use %d per second with %d instances also where an answer takes %d ms",
    async ([rate, count, wayMs]) => {
      const members = begin(count, { set: rate, wayMs });
      await run(members, 42_000);
      expectInside(members, rate);
      expect(startsOf(members).filter((at) => at >= 2000).length).toBeGreaterThanOrEqual(rate * 40 * 0.95);
    },
  );

  test("come as calls come, and unused time is not saved", async () => {
    const members = begin(1, { waiting: [0, 0, 0] });
    await run(members, 30_000);
    const busy = member("busy");
    await run([...members, busy], 40_000);
    expectInside([busy], 5);
    expect(busy.starts.length).toBeLessThanOrEqual(50);
    expect(busy.starts.length).toBeGreaterThanOrEqual(48);
  });
});

describe("QUOTA-1: turns that were dropped", () => {
  const known = () =>
    redis.eval("return #cmsgpack.unpack(redis.call('GET', KEYS[1])).log", 1, KEY).then(Number);

  test("are taken back once, also where the answer to the report was lost and it comes again", async () => {
    const [only] = begin(1, { set: 10 });
    if (only === undefined) throw new Error("no member");
    await run([only], 5000);
    await report(only);
    const before = await known();
    drop(
      only,
      only.starts.filter((at) => at > world.now),
    );
    const dropped = only.outcomes.length;
    const idle = { ...only, waiting: [0, 0, 0] } as const;
    await report({ ...idle });
    expect(await known()).toBe(before - dropped);
    await report({ ...idle });
    expect(await known()).toBe(before - dropped);
    expect(dropped).toBeGreaterThan(0);
  });

  test("nor does a call count twice that nobody gave a turn for", async () => {
    const [only] = begin(1, { waiting: [0, 0, 0] });
    if (only === undefined) throw new Error("no member");
    await run([only], 5000);
    for (const count of [1, 2, 3]) {
      only.outcomes.push({ given: -1, sent: inRedis(4000 + count) });
      // A copy, so that the answer is lost.
      await report({ ...only });
      expect(await known()).toBe(count);
    }
  });

  test("are made up for, and all stay inside the rate", async () => {
    const members = begin(4, { set: 10 });
    for (let second = 1; second <= 40; second += 1) {
      await run(members, second * 1000);
      for (const m of members.slice(0, 2)) {
        drop(
          m,
          m.starts.filter((at) => at > world.now),
        );
      }
    }
    expect(members[0]?.outcomes.length).toBeGreaterThan(5);
    expectInside(members, 10);
    expect(startsOf(members).length).toBeGreaterThanOrEqual(38 * 10 * 0.95);
  });
});

describe("QUOTA-1: calls that are sent later than their turn", () => {
  /** Each turn is sent when its member's process works again. */
  async function runLate(members: readonly Member[], untilMs: number, lateMs: (at: number) => number) {
    const sent: number[] = [];
    const pending = new Map(members.map((m) => [m, 0]));
    for (; world.now < untilMs; ) {
      await run(members, world.now + 10);
      for (const m of members) {
        for (let next = pending.get(m) ?? 0; ; next += 1) {
          pending.set(m, next);
          const at = m.starts[next];
          if (at === undefined) break;
          const late = at + lateMs(at);
          if (late > world.now) break;
          sent.push(late);
          m.outcomes.push({ given: inRedis(at), sent: inRedis(late) });
        }
      }
    }
    return sent.toSorted((a, b) => a - b);
  }

  test.for([
    [30, 8],
    [120, 4],
    [5, 8],
  ] as const)("count when they were sent, at %d a second", async ([rate, count]) => {
    const members = begin(count, { set: rate });
    // The whole machine stops for 200 ms in every three seconds.
    const sent = await runLate(members, 60_000, (at) => (at % 3000 < 200 ? 200 - (at % 3000) : 0));
    expect(busiestWindow(sent, 1000)).toBeLessThanOrEqual(rate + 2);
    expect(busiestWindow(sent, 10_000)).toBeLessThanOrEqual(rate * 10);
    expect(sent.length).toBeGreaterThanOrEqual(rate * 58 * 0.95);
  });

  test("are counted again after a flush", async () => {
    const members = begin(4, { set: 30 });
    const sent = await runLate(members, 20_000, () => 0);
    await redis.flushall();
    for (const m of members) await report(m);
    for (const m of members) await report(m);
    const log = await redis.eval("return #cmsgpack.unpack(redis.call('GET', KEYS[1])).log", 1, KEY);
    expect(Number(log)).toBeGreaterThanOrEqual(sent.filter((at) => at > world.now - 9900).length);
  });
});

describe("QUOTA-3: who used its own part and comes back", () => {
  const TURN_MS = 204;
  const GONE_AT = 20_000;

  /** All use their parts for twelve seconds, then come back one after the other within a second. */
  async function comeBack(members: readonly Member[], phase: number): Promise<void> {
    for (const [place, m] of members.entries()) {
      m.reportsAt = 32_000 + ((place * 370 + phase) % 1000);
      const firstAt = Math.max(GONE_AT, members[0]?.aheadUntil ?? 0) + place * TURN_MS;
      for (let at = firstAt; at < m.reportsAt; at += members.length * TURN_MS) {
        m.starts.push(at);
        m.outcomes.push({ given: -1, sent: inRedis(at) });
      }
    }
    await run(members, 45_000);
  }

  test.for([
    [2, "there"],
    [3, "there"],
    [8, "there"],
    [3, "lost"],
    [8, "lost"],
  ] as const)("exceeds nothing with %d instances where the state is %s", async ([count, state]) => {
    for (let phase = 0; phase < 1000; phase += 77) {
      await redis.flushall();
      const members = begin(count);
      await run(members, GONE_AT);
      if (state === "lost") await redis.flushall();
      await comeBack(members, phase);
      expectInside(members, 5);
      expect(startsOf(members).length).toBeGreaterThanOrEqual(45 * 5 * 0.95);
    }
  });
});

describe("QUOTA-2: the turns are fair", () => {
  test("between pools, and between the instances of one pool", async () => {
    begin(0);
    const single = member("single", "a", { set: 10 });
    const three = ["x", "y", "z"].map((id) => member(id, "b", { set: 10 }));
    await run([single, ...three], 60_000);
    const total = startsOf([single, ...three]).length;
    expect(single.starts.length / total).toBeCloseTo(0.5, 1);
    for (const one of three) expect(one.starts.length / total).toBeCloseTo(1 / 6, 1);
  });

  test("to a pool that comes back it gives no arrears", async () => {
    const [early] = begin(1);
    const late = member("late", "b");
    if (early === undefined) throw new Error("no member");
    await run([early], 60_000);
    late.reportsAt = 60_000;
    await run([early, late], 80_000);
    const since = early.starts.filter((at) => at >= 60_500).length;
    expect(Math.abs(since - late.starts.length)).toBeLessThanOrEqual(4);
  });

  test("writes of any instance go before all other calls, and background work last", async () => {
    begin(0);
    const syncing = ["x", "y", "z"].map((id) => member(id));
    const background = member("background", "b", { waiting: [0, 0, 40] });
    await run([...syncing, background], 20_000);
    const writer = member("writer", "c", { waiting: [40, 0, 0] });
    await run([...syncing, background, writer], 40_000);
    expect(background.starts).toEqual([]);
    const after = startsOf(syncing).filter((at) => at > 20_500);
    expect(after).toEqual([]);
    expect(writer.starts.length).toBeGreaterThanOrEqual(95);
  });
});

describe("QUOTA-3: who is away keeps its part", () => {
  test("for 90 seconds, unless it said goodbye", async () => {
    const [stays, goes] = begin(2, { set: 10 });
    if (stays === undefined || goes === undefined) throw new Error("no members");
    await run([stays, goes], 20_000);
    await run([stays], 40_000);
    const during = stays.starts.filter((at) => at >= 22_000 && at < 40_000).length;
    expect(during).toBeLessThanOrEqual(91);
    await run([stays], 140_000);
    expect(stays.starts.filter((at) => at >= 115_000 && at < 140_000).length).toBeGreaterThanOrEqual(240);

    const [other, leaver] = [member("other", "a", { set: 10 }), member("leaver", "a", { set: 10 })];
    await run([stays, other, leaver], 160_000);
    await report(leaver, { leaving: true });
    await run([stays, other], 180_000);
    expect(startsOf([stays, other]).filter((at) => at >= 161_000).length).toBeGreaterThanOrEqual(180);
  });
});

describe("QUOTA-4: a state that is lost or old", () => {
  test("after a flush no more than the rate comes, and all are waited for that were known", async () => {
    const members = begin(8);
    await run(members, 20_000);
    await redis.flushall();
    await run(members, 40_000);
    expectInside(members, 5);
    expect(startsOf(members).length).toBeGreaterThanOrEqual(40 * 5 * 0.95);
  });

  test("after a flush nobody has a place until all who were known have reported", async () => {
    const members = begin(3);
    await run(members, 5000);
    await redis.flushall();
    const places: (number | undefined)[] = [];
    for (const m of members) places.push((await report(m)).place);
    expect(places).toEqual([undefined, undefined, 2]);
  });

  test("after a failover that lost the last second no turn is given twice", async () => {
    const members = begin(8, { set: 30 });
    await run(members, 19_000);
    const old = await redis.getBuffer(KEY);
    await run(members, 20_000);
    await redis.set(KEY, old ?? "");
    await run(members, 40_000);
    expectInside(members, 30);
    expect(old).not.toBeNull();
  });

  test.for(["", "garbage", "\x81\xa1x\xc0"])("%j in its place counts as lost", async (state) => {
    const members = begin(2);
    await run(members, 10_000);
    await redis.set(KEY, state);
    await run(members, 20_000);
    expectInside(members, 5);
    expect(startsOf(members).length).toBeGreaterThanOrEqual(95);
  });
});

test.for(["last", "next"])("QUOTA-4: a state whose %s turn is an hour ahead counts as lost", async (name) => {
  const members = begin(2);
  await run(members, 10_000);
  const set = `local s = cmsgpack.unpack(redis.call('GET', KEYS[1])) s[ARGV[1]] = s[ARGV[1]] + 3600000
    redis.call('SET', KEYS[1], cmsgpack.pack(s))`;
  await redis.eval(set, 1, KEY, name);
  await run(members, 20_000);
  expectInside(members, 5);
  expect(startsOf(members).length).toBeGreaterThanOrEqual(95);
});

describe("QUOTA-5: the clock of Redis", () => {
  test.for([
    ["an hour ahead", 3_600_000],
    ["an hour back", -3_600_000],
    ["two seconds ahead", 2000],
    ["two seconds back", -2000],
  ] as const)("jumps %s: no more than the rate comes, and turns go on", async ([, jumpMs]) => {
    const members = begin(4);
    await run(members, 20_000);
    world.clockOffset += jumpMs;
    await run(members, 40_000);
    expectInside(members, 5);
    expect(startsOf(members).length).toBeGreaterThanOrEqual(190);
  });

  test.for([2000, 120_000])(
    "is set %d ms forward: nobody is forgotten, and no call of the last ten seconds",
    async (jumpMs) => {
      const members = begin(4);
      await run(members, 20_000);
      const recent = (): Promise<number> =>
        redis
          .eval(
            `local n = 0
          for _, at in ipairs(cmsgpack.unpack(redis.call('GET', KEYS[1])).log) do
            if at > ARGV[1] - 10000 then n = n + 1 end
          end
          return n`,
            1,
            KEY,
            world.now + world.clockOffset,
          )
          .then(Number);
      expect(await recent()).toBeGreaterThanOrEqual(48);
      world.clockOffset += jumpMs;
      const [first] = members;
      if (first === undefined) throw new Error("no member");
      expect((await report(first)).instances).toBe(4);
      expect(await recent()).toBeGreaterThanOrEqual(48);
    },
  );

  test("counts as it is where an instance was stopped for a minute, whose own clock did not go on", async () => {
    const [goesOn, stops] = begin(2, { set: 10 });
    if (goesOn === undefined || stops === undefined) throw new Error("no members");
    await run([goesOn, stops], 20_000);
    await run([goesOn], 80_000);
    stops.aheadUntil += 60_000;
    await run([goesOn, stops], 100_000);
    expect(startsOf([goesOn, stops]).filter((at) => at >= 80_000).length).toBeGreaterThanOrEqual(190);
    expectInside([goesOn, stops], 10);
  });

  test("a report that was under way for over a second is refused, and changes nothing", async () => {
    const [only] = begin(1);
    if (only === undefined) throw new Error("no member");
    await run([only], 5000);
    const before = await redis.getBuffer(KEY);
    const clock = world.now + world.clockOffset;
    const reply = await redis.eval(
      SCRIPT,
      1,
      KEY,
      ..."m9 a 5 0 9 0 0 0 1 0 0 1 0".split(" "),
      clock - 1001,
      0,
      "",
      0,
      0,
      Math.floor(clock / 1000),
      0,
    );
    expect(reply).toHaveLength(1);
    expect(await redis.getBuffer(KEY)).toEqual(before);
  });
});

describe("QUOTA-6: a throttle of AWS", () => {
  test("halves the rate of all once for one burst, and it recovers by a tenth in five seconds", async () => {
    const members = begin(4, { set: 10 });
    await run(members, 10_000);
    const first = await Promise.all(members.map((m) => report(m, { throttled: true })));
    expect(first.map(({ currentPerSecond }) => currentPerSecond)).toEqual([5, 5, 5, 5]);
    await run(members, 14_900);
    expect(startsOf(members).filter((at) => at >= 10_500 && at < 14_500).length).toBeLessThanOrEqual(21);
    await run(members, 40_000);
    const again = await report(members[0] ?? member("m0"));
    expect(again.currentPerSecond).toBe(10);
  });

  test("the lowest rate that is set holds for all", async () => {
    const [high] = begin(1, { set: 20 });
    const low = member("low", "b", { set: 2 });
    if (high === undefined) throw new Error("no member");
    await run([low, high], 30_000);
    expectInside([low, high], 2);
    expect((await report(high)).setPerSecond).toBe(2);
  });
});
