import { setImmediate } from "node:timers/promises";
import type { MonotonicMs } from "../../pkg/core/clock.ts";
import type { UserPageRequest } from "../../pkg/core/directory.ts";
import type { AheadOutcome } from "../../pkg/core/events.ts";
import type { Group } from "../../pkg/core/group.ts";
import type { Page, PageRequest } from "../../pkg/core/page.ts";
import type { User } from "../../pkg/core/user.ts";
import { createCallOrigins } from "../../pkg/ops/call-origins.ts";
import { createReadAhead, type ServedReadAhead } from "../../pkg/read-ahead/create-read-ahead.ts";
import { someGroup, userNumber } from "./fake-directory.ts";

/** One call to the pool, which answers when the test says so. */
export interface SlowCall {
  /** Such as `users 2`, `groups 0` or `members of ada 1`: the number of the page. */
  readonly name: string;
  readonly isAhead: boolean;
  readonly limit: number | undefined;
  readonly caller: string | undefined;
  readonly signal: AbortSignal;
  /** A call that nobody asked for has its turn. */
  turn(): void;
  answer(): void;
  fail(error: unknown): void;
}

export interface SlowPool {
  readonly ahead: ServedReadAhead;
  readonly calls: readonly SlowCall[];
  /** What every call was, in order. */
  names(): readonly string[];
  /** The last call of that name. */
  call(name: string): SlowCall;
  /** Turns and answers for everything, also for what begins meanwhile. */
  answerAll(): Promise<void>;
  readonly outcomes: AheadOutcome[];
  advance(ms: number): void;
  /** The caller comes for pages until this even number may be held for it; their calls and outcomes are not kept. */
  earn(caller?: string, pages?: number): Promise<void>;
  as<T>(caller: string, work: () => T): T;
  settled(): Promise<void>;
}

export const never = new AbortController().signal;

/** A pool whose listings have `pages` pages of one row each. */
export function slowPool(
  pages: number | ((scope: string) => number) = 10,
  userAt: (at: number) => User = userNumber,
): SlowPool {
  const calls: SlowCall[] = [];
  const open = new Set<SlowCall>();
  const outcomes: AheadOutcome[] = [];
  const origins = createCallOrigins();
  let time: MonotonicMs = 0;
  const pagesOf = (scope: string): number => (typeof pages === "number" ? pages : pages(scope));

  function asked<T>(
    scope: string,
    row: (at: number) => T,
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<Page<T>> {
    const at = page.marker === undefined ? 0 : Number(page.marker);
    // Released once it has its answer, so that the calls hold no page.
    let waiting: PromiseWithResolvers<Page<T>> | undefined = Promise.withResolvers<Page<T>>();
    const { promise } = waiting;
    const settle = (end: (one: PromiseWithResolvers<Page<T>>) => void): void => {
      open.delete(call);
      if (waiting !== undefined) end(waiting);
      waiting = undefined;
    };
    const call: SlowCall = {
      name: `${scope} ${at}`,
      limit: page.limit,
      isAhead: page.ahead !== undefined,
      caller: origins.current()?.caller,
      signal,
      turn: () => page.ahead?.sent(),
      answer() {
        const next = at + 1 < pagesOf(scope) ? String(at + 1) : undefined;
        settle(({ resolve }) => resolve({ items: [row(at)], next }));
      },
      fail: (error) => settle(({ reject }) => reject(error)),
    };
    calls.push(call);
    open.add(call);
    signal.addEventListener("abort", () => call.fail(signal.reason), { once: true });
    return promise;
  }

  const ahead = createReadAhead({
    directory: {
      listUsers: (page, signal) => asked<User>(`users${page.search?.value ?? ""}`, userAt, page, signal),
      listGroups: (page, signal) => asked<Group>("groups", (at) => someGroup(`g${at}`), page, signal),
      listMembers: (name, page, signal) => asked<User>(`members of ${name}`, userAt, page, signal),
    },
    origins,
    monotonic: () => time,
    onPage: (outcome) => outcomes.push(outcome),
  });

  const settled = async (): Promise<void> => {
    await setImmediate();
  };
  async function answerAll(): Promise<void> {
    await settled();
    while (open.size > 0) {
      for (const call of open) {
        call.turn();
        call.answer();
      }
      await settled();
    }
  }

  /** The last page of the users whom the search selects. */
  const lastPage = (value: string): UserPageRequest => {
    const last = pagesOf(`users${value}`) - 1;
    const search = { attribute: "sub", operator: "^=", value } as const;
    return { search, marker: last === 0 ? undefined : String(last), limit: 60 };
  };

  async function earn(caller = "ada", wanted = 8): Promise<void> {
    const as = <T>(work: () => T): T => origins.within(caller, work);
    const parts = Array.from({ length: wanted / 2 }, (_, at) => lastPage(`part ${at}`));
    const first = as(() => ahead.listUsers(lastPage(""), never));
    await answerAll();
    await first;
    as(() => ahead.expectUsers(parts));
    await answerAll();
    for (const part of parts) {
      const page = as(() => ahead.listUsers(part, never));
      await answerAll();
      await page;
    }
    calls.length = 0;
    outcomes.length = 0;
  }

  return {
    ahead,
    earn,
    answerAll,
    calls,
    outcomes,
    names: () => calls.map(({ name }) => name),
    call(name) {
      const found = calls.findLast((call) => call.name === name);
      if (found === undefined)
        throw new Error(`no call ${name} among ${calls.map((each) => each.name).join()}`);
      return found;
    },
    advance(ms) {
      time += ms;
    },
    as: (caller, work) => origins.within(caller, work),
    settled,
  };
}

/** Asks for one page of users, and answers whatever is called. */
export async function usersPage(
  pool: SlowPool,
  caller: string,
  marker?: string,
): Promise<string | undefined> {
  const page = pool.as(caller, () => pool.ahead.listUsers({ marker, limit: 60 }, never));
  await pool.answerAll();
  return (await page).next;
}

export async function membersPage(
  pool: SlowPool,
  groupName: string,
  marker?: string,
): Promise<string | undefined> {
  const page = pool.as("ada", () => pool.ahead.listMembers(groupName, { marker, limit: 60 }, never));
  await pool.answerAll();
  return (await page).next;
}

/** Asks for the page and leaves it under way. */
export function ask(pool: SlowPool, marker?: string, signal = never) {
  const page = pool.as("ada", () => pool.ahead.listUsers({ marker, limit: 60 }, signal));
  page.catch(() => undefined);
  return page;
}
