import type { Consistency, Lag } from "./pool-settings.ts";
import type { StoredUser } from "./stored-user.ts";

/** Eventual consistency: which changes the lists and the readers already show. */
export interface Visibility {
  /** From here on, new users are subject to the lags. */
  watch(): void;
  created(user: StoredUser, nowMs: number): void;
  /** `drop` removes the user from the list, now or after the lag. */
  deleted(user: StoredUser, nowMs: number, drop: () => void): void;
  isDeleted(user: StoredUser): boolean;
  readonly deletedCount: number;
  /** Counts one list call and says what it shows. */
  lists(nowMs: number): { shows(user: StoredUser): boolean };
  countRead(): void;
  readable(user: StoredUser, nowMs: number): boolean;
}

interface Mark {
  readonly atMs: number;
  readonly listCalls: number;
  readonly readCalls: number;
}

interface Tombstone extends Mark {
  readonly drop: () => void;
}

const passed = (lag: Lag, sinceMs: number, sinceCalls: number): boolean =>
  sinceMs >= (lag.ms ?? 0) && sinceCalls > (lag.calls ?? 0);

export function createVisibility(consistency: Consistency): Visibility {
  const fresh = new Map<StoredUser, Mark>();
  const tombstones = new Map<StoredUser, Tombstone>();
  const { createdUnlisted, createdUnreadable, deletedListed } = consistency;
  let watching = false;
  let listCalls = 0;
  let readCalls = 0;

  const mark = (nowMs: number): Mark => ({ atMs: nowMs, listCalls, readCalls });

  function unlisted(user: StoredUser, nowMs: number): boolean {
    const since = fresh.get(user);
    if (since === undefined || createdUnlisted === undefined) return false;
    return !passed(createdUnlisted, nowMs - since.atMs, listCalls - since.listCalls);
  }

  function bury(nowMs: number): void {
    for (const [user, grave] of tombstones) {
      if (deletedListed === undefined) continue;
      if (!passed(deletedListed, nowMs - grave.atMs, listCalls - grave.listCalls)) continue;
      grave.drop();
      tombstones.delete(user);
    }
  }

  return {
    watch() {
      watching = true;
    },
    created(user, nowMs) {
      if (watching) fresh.set(user, mark(nowMs));
    },
    deleted(user, nowMs, drop) {
      fresh.delete(user);
      if (deletedListed === undefined) drop();
      else tombstones.set(user, { ...mark(nowMs), drop });
    },
    isDeleted: (user) => tombstones.has(user),
    get deletedCount() {
      return tombstones.size;
    },
    lists(nowMs) {
      listCalls += 1;
      bury(nowMs);
      return { shows: (user) => !unlisted(user, nowMs) };
    },
    countRead() {
      readCalls += 1;
    },
    readable(user, nowMs) {
      const since = fresh.get(user);
      if (since === undefined || createdUnreadable === undefined) return true;
      return passed(createdUnreadable, nowMs - since.atMs, readCalls - since.readCalls);
    },
  };
}
