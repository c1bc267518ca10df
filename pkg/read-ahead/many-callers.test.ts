// Callers that come, stop, give up and fail in any order, beside changes: what they get, and what is left when they are gone.
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRandom, type Random, SEED } from "../../test/fuzz/random.ts";
import { someGroup, someUser } from "../../test/support/fake-directory.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { Outdated } from "../core/read-ahead.ts";
import { createCallOrigins } from "../ops/call-origins.ts";
import { createReadAhead } from "./create-read-ahead.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const CALLERS = 70;
const GROUPS = 12;
const PAGES = 9;

/** One reading of a page from the pool. */
interface Reading {
  readonly scope: string;
  readonly at: number;
  readonly startedAt: number;
  /** Changes that had ended when it began. */
  readonly changes: number;
  servedTo: string | undefined;
}

interface OpenCall {
  readonly turn: () => void;
  readonly answer: () => void;
  readonly fail: () => void;
}

/** A caller as the test knows it: where it is, and how it goes through the groups. */
interface Caller {
  readonly name: string;
  readonly markers: Map<string, string | undefined>;
  readonly underWay: Set<AbortController>;
  readonly pass: Set<string>;
  lastGroup: string | undefined;
  membersUnderWay: number;
  membersAt: number | undefined;
  group: number;
}

function playedPool(random: Random) {
  const readings: Reading[] = [];
  const open = new Set<OpenCall>();
  const changes = new Map<string, number>();
  const origins = createCallOrigins();
  let time = 0;
  const changesOf = (scope: string): number => changes.get(scope) ?? 0;

  function asked<T>(scope: string, row: (id: string) => T, page: PageRequest, signal: AbortSignal) {
    const at = page.marker === undefined ? 0 : Number(page.marker);
    const id = String(readings.length);
    readings.push({ scope, at, startedAt: time, changes: changesOf(kindOf(scope)), servedTo: undefined });
    const { promise, resolve, reject } = Promise.withResolvers<Page<T>>();
    const end = (work: () => void) => () => {
      open.delete(call);
      work();
    };
    const call: OpenCall = {
      turn: () => page.ahead?.sent(),
      answer: end(() => resolve({ items: [row(id)], next: at + 1 < PAGES ? String(at + 1) : undefined })),
      fail: end(() => {
        page.ahead?.failed();
        reject(new Error("no answer"));
      }),
    };
    open.add(call);
    signal.addEventListener(
      "abort",
      end(() => reject(new Error("aborted"))),
      { once: true },
    );
    return promise;
  }

  const ahead = createReadAhead({
    directory: {
      listUsers: (page, signal) =>
        asked(`users ${page.search?.value ?? ""}`, (id) => someUser({ username: id }), page, signal),
      listGroups: (page, signal) =>
        asked("groups", (id) => someGroup(`g${page.marker ?? 0}`, { description: id }), page, signal),
      listMembers: (name, page, signal) =>
        asked(`members ${name}`, (id) => someUser({ username: id }), page, signal),
    },
    origins,
    monotonic: () => time,
  });

  return {
    ahead,
    origins,
    readings,
    open,
    changesOf,
    now: () => time,
    async advance(ms: number) {
      time += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
    async change(scope: string, what: Outdated) {
      ahead.outdated(what);
      if (random.below(2) === 0) await setImmediate();
      changes.set(scope, changesOf(scope) + 1);
      ahead.outdated(what);
    },
  };
}

const kindOf = (scope: string): string => (scope.startsWith("users") ? "users" : scope);

test.for([0, 1, 2, 3, 4, 5])(
  `no page is old, of another caller or counted after it is gone (FUZZ_SEED=${SEED}, part %i)`,
  async (part) => {
    const random = createRandom(SEED + part);
    const pool = playedPool(random);
    const { ahead, origins, readings, open } = pool;
    const callers = Array.from(
      { length: CALLERS },
      (_, at): Caller => ({
        name: `caller ${at}`,
        markers: new Map(),
        underWay: new Set(),
        pass: new Set(),
        lastGroup: undefined,
        membersUnderWay: 0,
        membersAt: undefined,
        group: 0,
      }),
    );
    /** In every second part the callers make few. */
    const pauses = part % 2 === 0 ? 4 : 1;
    let served = 0;
    let servedAhead = 0;
    const problems: string[] = [];

    /** How old a page may be that this caller asks for now (AHEAD-2). */
    function oldest(caller: Caller, group: string | undefined, isFirst: boolean): number {
      if (group === undefined) return 30_000;
      const hasPaused =
        caller.membersUnderWay === 0 &&
        (caller.membersAt === undefined || pool.now() - caller.membersAt > 5_000);
      const comesAgain = isFirst && caller.pass.has(group);
      if (hasPaused || (comesAgain && group !== caller.lastGroup)) caller.pass.clear();
      if (isFirst) caller.pass.add(group);
      if (isFirst) caller.lastGroup = group;
      return hasPaused || comesAgain ? 30_000 : 15 * 60_000;
    }

    function problemOf(reading: Reading, caller: Caller, scope: string, at: number): string | undefined {
      if (reading.scope !== scope || reading.at !== at) return "is another page";
      return [undefined, caller.name].includes(reading.servedTo) ? undefined : "was served to another caller";
    }

    /** Never rejects: a call that was given up or failed has no page. */
    async function call(
      caller: Caller,
      scope: string,
      ask: (page: PageRequest, signal: AbortSignal) => Promise<string>,
    ): Promise<void> {
      const group = scope.startsWith("members") ? scope : undefined;
      const marker = caller.markers.get(scope);
      const notBefore = pool.now() - oldest(caller, group, marker === undefined);
      const [changes, before] = [pool.changesOf(kindOf(scope)), readings.length];
      const controller = new AbortController();
      caller.underWay.add(controller);
      if (group !== undefined) caller.membersUnderWay += 1;
      const id = await origins
        .within(caller.name, () => ask({ marker, limit: 60 }, controller.signal))
        .catch(() => undefined);
      caller.underWay.delete(controller);
      if (group !== undefined) caller.membersUnderWay -= 1;
      if (group !== undefined) caller.membersAt = pool.now();
      if (id === undefined) return;
      const reading = readings[Number(id)];
      if (reading === undefined) return void problems.push(`${scope} has a row that was never read`);
      served += 1;
      if (Number(id) < before) servedAhead += 1;
      const what = `reading ${id} of ${scope} for ${caller.name}`;
      const problem = problemOf(reading, caller, scope, Number(marker ?? 0));
      if (problem !== undefined) problems.push(`${what} ${problem}`);
      if (reading.startedAt < notBefore)
        problems.push(`${what} is ${notBefore - reading.startedAt} ms too old`);
      if (reading.changes < changes) problems.push(`${what} is from before a change`);
      reading.servedTo = caller.name;
      const next = reading.at + 1 < PAGES ? String(reading.at + 1) : undefined;
      if (caller.markers.get(scope) === marker) caller.markers.set(scope, next);
      if (next === undefined && group !== undefined) caller.group += 1;
    }

    const idOf =
      <T>(find: (row: T) => string | undefined) =>
      async (page: Promise<Page<T>>) => {
        const [row] = (await page).items;
        return (row === undefined ? undefined : find(row)) ?? "";
      };
    const users = idOf<{ username: string }>(({ username }) => username);
    const groups = idOf<{ description: string | undefined }>(({ description }) => description);

    function act(caller: Caller): void {
      const as = <T>(work: () => T): T => origins.within(caller.name, work);
      const kind = random.below(100);
      if (kind < 20) void call(caller, "users ", (page, signal) => users(ahead.listUsers(page, signal)));
      else if (kind < 30)
        void call(caller, "groups", (page, signal) => groups(ahead.listGroups(page, signal)));
      else if (kind < 72) {
        const name = `g${(kind < 70 ? caller.group : random.below(GROUPS)) % GROUPS}`;
        void call(caller, `members ${name}`, (page, signal) => users(ahead.listMembers(name, page, signal)));
      } else if (kind < 80) {
        const parts = ["a", "b", "c"].map((value) => ({ attribute: "sub", operator: "^=", value }) as const);
        const search = parts[random.below(3)] ?? parts[0];
        as(() =>
          ahead.expectUsers(
            parts.map((one) => ({
              search: one,
              marker: caller.markers.get(`users ${one.value}`),
              limit: 60,
            })),
          ),
        );
        void call(caller, `users ${search?.value}`, (page, signal) =>
          users(ahead.listUsers({ ...page, search }, signal)),
        );
      } else if (kind < 82) as(() => ahead.begin(random.below(2) === 0 ? "users" : "groups"));
      else if (kind < 88) as(() => ahead.lackedPage());
      else if (kind < 94) for (let at = 0; at < GROUPS; at += 1) as(() => ahead.visited(`g${at}`));
      else for (const one of caller.underWay) if (random.below(2) === 0) one.abort(new Error("gone"));
    }

    async function answerSome(): Promise<void> {
      const calls = Array.from(open);
      for (const one of calls) {
        const kind = random.below(20);
        if (kind < 12) one.turn();
        if (kind < 10) one.answer();
        else if (kind === 19) one.fail();
      }
      await setImmediate();
    }

    for (let step = 0; step < 1500; step += 1) {
      // A few come often, so that much is read ahead for them.
      const caller = callers[random.below(4) === 0 ? random.below(CALLERS) : random.below(3)];
      if (caller !== undefined) act(caller);
      await answerSome();
      const kind = random.below(1000);
      if (kind < 30) await pool.change("users", { kind: "users" });
      else if (kind < 40) await pool.change("groups", { kind: "groups" });
      else if (kind < 60) {
        const groupName = `g${random.below(GROUPS)}`;
        await pool.change(`members ${groupName}`, { kind: "members", groupName });
      } else if (kind < 60 + pauses) await pool.advance(31_000);
      else if (kind < 60 + 3 * pauses) await pool.advance(6_000);
      else if (kind < 400) await pool.advance(random.below(1_800));
      expect(ahead.held()).toBeGreaterThanOrEqual(0);
      expect(ahead.heldBytes()).toBeGreaterThanOrEqual(0);
    }
    while (open.size > 0) await answerSome();
    await pool.advance(31_000);
    await pool.advance(6_000);
    expect(problems).toEqual([]);
    expect(served).toBeGreaterThan(500);
    expect(servedAhead).toBeGreaterThan(50);
    expect({ pages: ahead.held(), bytes: ahead.heldBytes(), listings: ahead.listings() }).toEqual({
      pages: 0,
      bytes: 0,
      listings: 0,
    });
  },
);
