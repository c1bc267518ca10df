import type { ChangedSubject, ChangeFeed, FeedChange, FeedPosition } from "../../core/change-feed.ts";
import { GovernanceError } from "../../core/errors.ts";
import { firstRow, type NamedRow, namedRows } from "../named-row.ts";
import type { InventoryReader } from "../reader.ts";
import type { RecordedKind } from "../schema/recorded-kinds.ts";
import { userOfRow } from "../user-row.ts";
import { CHANGES_FROM, FIRST_CHANGE_SINCE } from "./feed-sql.ts";

type Asker = Pick<InventoryReader, "query">;

interface InventoryFeedOptions {
  readonly poolId: string;
  /** Opens the inventory, or gives the one that is open. */
  readonly open: (signal: AbortSignal) => Promise<InventoryReader>;
  /** Called for each page that is empty because no sync has made the inventory yet. Must not throw. */
  readonly onMissing?: (() => void) | undefined;
}

/** The page is read by the keys, so more is a database that hangs. */
const PATIENCE = { timeoutMs: 20_000 } as const;

type ChangesPage = Awaited<ReturnType<ChangeFeed["changesFrom"]>>;

const NO_CHANGES: ChangesPage = { changes: [], hasMore: false };

/** The recorded changes of one pool. Every page is one snapshot, so a run that is published meanwhile is in the next one. */
export function createInventoryFeed({ poolId, open, onMissing }: InventoryFeedOptions): ChangeFeed {
  /** The number of the first row to read: of a change that is known, it is that one. Undefined: nothing was recorded since. */
  async function firstNumber(reader: Asker, position: FeedPosition): Promise<number | undefined> {
    if (position.kind === "after") return position.change;
    if (position.at === undefined) return 1;
    const row = await firstRow(reader, FIRST_CHANGE_SINCE, [poolId, poolId, position.at], PATIENCE);
    return row?.number("change_number");
  }

  async function* rowsFrom(reader: Asker, first: number, atOnce: number): AsyncGenerator<FeedChange> {
    for (let from = first; ; ) {
      let left = atOnce;
      for await (const row of namedRows(reader, CHANGES_FROM, [poolId, from, atOnce], PATIENCE)) {
        const change = changeOf(row);
        yield change;
        left -= 1;
        from = change.change + 1;
      }
      if (left > 0) return;
    }
  }

  async function read(position: FeedPosition, limit: number, signal: AbortSignal): Promise<ChangesPage> {
    const inventory = await open(signal);
    return await inventory.snapshot(async (reader) => {
      const first = await firstNumber(reader, position);
      if (first === undefined) return NO_CHANGES;
      const changes: FeedChange[] = [];
      let before: FeedChange | undefined;
      for await (const change of rowsFrom(reader, first, limit + 2)) {
        const isKnown = position.kind === "after" && before === undefined;
        if (isKnown && !isAt(position, change)) break;
        if (!isKnown && !(before !== undefined && isSame(before, change))) {
          if (changes.length === limit) return { changes, hasMore: true };
          changes.push(change);
        }
        before = change;
      }
      if (position.kind === "after" && before === undefined) throw anotherHistory(inventory.name);
      return { changes, hasMore: false };
    }, signal);
  }

  return {
    async changesFrom(position, limit, signal) {
      try {
        return await read(position, limit, signal);
      } catch (error) {
        const isMissing = error instanceof GovernanceError && error.reason === "no-inventory";
        // Who has read a change knows that there was an inventory.
        if (!isMissing || position.kind === "after") throw error;
        onMissing?.();
        return NO_CHANGES;
      }
    },
  };
}

function changeOf(row: NamedRow): FeedChange {
  const kind = row.text("kind");
  if (!isRecordedKind(kind)) {
    throw new GovernanceError("data-loss", `the inventory is damaged: it holds a change of an unknown kind`);
  }
  return {
    change: row.number("change_number"),
    runId: row.text("run_id"),
    after: row.optionalText("after") === undefined ? undefined : row.time("after"),
    before: row.time("before"),
    recordedAs: kind,
    subject: SUBJECT[kind](row),
    auditId: row.optionalText("change"),
  };
}

const ofUser = (row: NamedRow): ChangedSubject => ({
  kind: "user",
  user: { sub: row.text("sub"), username: row.text("username") },
});

const ofGroup = (row: NamedRow): ChangedSubject => ({ kind: "group", name: row.text("group_name") });

const ofMember =
  (kind: "member-added" | "member-removed") =>
  (row: NamedRow): ChangedSubject => ({ kind, groupName: row.text("group_name"), user: userOfRow(row) });

const SUBJECT: Readonly<Record<RecordedKind, (row: NamedRow) => ChangedSubject>> = {
  user_created: ofUser,
  user_deleted: ofUser,
  user_enabled: ofUser,
  user_disabled: ofUser,
  user_changed: ofUser,
  group_created: ofGroup,
  group_deleted: ofGroup,
  group_recreated: ofGroup,
  group_changed: ofGroup,
  membership_added: ofMember("member-added"),
  membership_removed: ofMember("member-removed"),
};

function isRecordedKind(kind: string): kind is RecordedKind {
  return Object.hasOwn(SUBJECT, kind);
}

function isAt(position: { readonly change: number; readonly runId: string }, at: FeedChange): boolean {
  return at.change === position.change && at.runId === position.runId;
}

/** A run records what it found of a user or group, such as several attributes, one after the other. */
function isSame(before: FeedChange, { runId, subject }: FeedChange): boolean {
  if (before.runId !== runId || before.subject.kind !== subject.kind) return false;
  if (subject.kind === "user" && before.subject.kind === "user")
    return before.subject.user.sub === subject.user.sub;
  return subject.kind === "group" && before.subject.kind === "group" && before.subject.name === subject.name;
}

function anotherHistory(name: string): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `cursor: the inventory ${name} does not hold the change that it names; another inventory was read, or this one was made again; begin again with an empty cursor`,
  );
}
