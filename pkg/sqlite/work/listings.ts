import { GovernanceError } from "../../core/errors.ts";
import type { ListingCursor, ListingKind, ListingState } from "../../core/sync-plan.ts";
import type { DatabaseSync, StatementSync } from "../database.ts";
import { numberIn, type SqlRow, textIn } from "../rows.ts";

/** In every working database: how far each listing of the run is read. `group_name` is the cursor's `part`. */
export const LISTINGS_TABLE = `
  CREATE TABLE listings (
    kind TEXT NOT NULL,
    group_name TEXT NOT NULL,
    token TEXT NOT NULL,
    state TEXT NOT NULL,
    pages INTEGER NOT NULL,
    PRIMARY KEY (kind, group_name)
  ) WITHOUT ROWID;`;

const SQL = {
  all: "SELECT kind, group_name, token, state, pages FROM listings",
  rewind: "UPDATE listings SET token = ?, state = ?, pages = ? WHERE kind = ? AND group_name = ?",
  // A group that is listed again after it had vanished: there is one of that name, and its members must be read.
  open: `
    INSERT INTO listings (kind, group_name, token, state, pages) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET token = excluded.token, state = excluded.state, pages = excluded.pages
    WHERE state = 'dropped'`,
  move: "UPDATE listings SET token = ?, state = ?, pages = ? WHERE kind = ? AND group_name = ? AND state = 'open'",
  reopen:
    "UPDATE listings SET token = ?, state = ?, pages = ? WHERE kind = ? AND group_name = ? AND state = 'done'",
} as const;

/** The cursors of a run. The caller has begun a transaction where rows move with them. */
export class StoredListings {
  readonly #sql: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: DatabaseSync) {
    this.#sql = {
      all: database.prepare(SQL.all),
      rewind: database.prepare(SQL.rewind),
      open: database.prepare(SQL.open),
      move: database.prepare(SQL.move),
      reopen: database.prepare(SQL.reopen),
    };
  }

  all(): readonly ListingCursor[] {
    return this.#sql.all.all().map(cursorOf);
  }

  /** The number of those that are not read to the end. */
  unread(): number {
    return this.all().filter(({ state }) => state === "open").length;
  }

  /** True when it is new, or was dropped. */
  open({ kind, part, token, state, pages }: ListingCursor): boolean {
    return Number(this.#sql.open.run(kind, part, token, state, pages).changes) === 1;
  }

  /** Sets a listing to a cursor, whatever its state is. True when there is one. */
  set({ kind, part, token, state, pages }: ListingCursor): boolean {
    return Number(this.#sql.rewind.run(token, state, pages, kind, part).changes) === 1;
  }

  /** Opens a listing that was read to the end. One that is being read goes on. */
  reopen({ kind, part, token, state, pages }: ListingCursor): boolean {
    return Number(this.#sql.reopen.run(token, state, pages, kind, part).changes) === 1;
  }

  /** The cursor after a page. */
  move({ kind, part, token, state, pages }: ListingCursor): void {
    if (Number(this.#sql.move.run(token, state, pages, kind, part).changes) === 1) return;
    throw new GovernanceError(
      "internal",
      `a page of ${kind} was read that the run does not wait for; please report this`,
    );
  }
}

const KINDS: readonly ListingKind[] = ["users", "groups", "members", "users-with-groups"];
const STATES: readonly ListingState[] = ["open", "done", "dropped"];

function cursorOf(row: SqlRow): ListingCursor {
  const kind = KINDS.find((known) => known === row["kind"]);
  const state = STATES.find((known) => known === row["state"]);
  if (kind === undefined || state === undefined) {
    throw new GovernanceError(
      "data-loss",
      "the working file is damaged: it holds a listing of an unknown kind",
    );
  }
  return {
    kind,
    part: textIn(row, "group_name"),
    token: textIn(row, "token"),
    state,
    pages: numberIn(row, "pages"),
  };
}
