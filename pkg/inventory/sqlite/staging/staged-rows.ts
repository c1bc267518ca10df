// The rows of the run being read. Invariants INVENTORY-2 and INVENTORY-3 of DESIGN.md hold here.

import type { EpochClock } from "../../../core/clock.ts";
import { GovernanceError } from "../../../core/errors.ts";
import type { Group } from "../../../core/group.ts";
import type { ListingCursor, SyncCounts } from "../../../core/sync-plan.ts";
import type { DatabaseSync } from "../../../sqlite/database.ts";
import { numberIn, optionalTextIn, textIn } from "../../../sqlite/rows.ts";
import { fitCheckpoints } from "../../../sqlite/tuning.ts";
import { StoredListings } from "../../../sqlite/work/listings.ts";
import { insertRun, type RunState } from "../../../sqlite/work/run-state.ts";
import { UnlistedUsers } from "../../../sqlite/work/unlisted-users.ts";
import { stampNumber } from "../../../sync/stamp-number.ts";
import { type PoolFacts, poolCells } from "../../target/pool-facts.ts";
import { groupCells, userCells } from "../../target/state-cells.ts";
import { sqliteValue } from "../cells.ts";
import type { StagedKey, StagedPage, StagedUser } from "./staged-page.ts";
import { prepareStaging, type StagingStatements } from "./staging-statements.ts";

/** How often the WAL is fitted to the size of the database. */
const COMMITS_BETWEEN_FITS = 32;

type Tally = { -readonly [Kind in keyof SyncCounts]: SyncCounts[Kind] };

export class StagedRows {
  readonly #database: DatabaseSync;
  readonly #poolId: string;
  readonly #now: EpochClock;
  readonly #sql: StagingStatements;
  readonly #listings: StoredListings;
  readonly #unlisted: UnlistedUsers;
  #counts: SyncCounts;
  #commits = 0;

  constructor(database: DatabaseSync, poolId: string, counts: SyncCounts, now: EpochClock) {
    this.#database = database;
    this.#poolId = poolId;
    this.#counts = counts;
    this.#now = now;
    this.#sql = prepareStaging(database);
    this.#listings = new StoredListings(database);
    this.#unlisted = new UnlistedUsers(database);
    // Of an earlier process: the database may be large already.
    fitCheckpoints(database);
  }

  get counts(): SyncCounts {
    return this.#counts;
  }

  get listings(): Pick<StoredListings, "all" | "unread"> {
    return this.#listings;
  }

  get unlisted(): Pick<UnlistedUsers, "read"> {
    return this.#unlisted;
  }

  begin(run: RunState, pool: PoolFacts, listings: readonly ListingCursor[]): void {
    this.#transaction(() => {
      insertRun(this.#database, run);
      this.#sql.insertPool.run(...poolCells(pool));
      for (const cursor of listings) this.#listings.open(cursor);
    });
  }

  /** Returns the listings that were really opened: new ones, and those of a group that is another one now. */
  commit(page: StagedPage): readonly ListingCursor[] {
    return this.#transaction((tally) => {
      const again = new Set(page.groups.filter((group) => this.#isAnother(group)).map(({ name }) => name));
      for (const group of page.groups) this.#putGroup(group, tally);
      for (const [place, user] of page.users.entries()) {
        this.#unlisted.note(page.proof, place, this.#putUser(user, tally));
      }
      const opened = page.opens.filter((cursor) =>
        again.has(cursor.part)
          ? this.#readAnew(cursor, page.membersAreIdle, tally)
          : this.#listings.open(cursor),
      );
      this.#putMembers(page, tally);
      this.#listings.move(page.cursor);
      return opened;
    }, !page.membersAreIdle);
  }

  /** What was known of the pool when the run began. */
  pool(): PoolFacts {
    const row = this.#sql.findPool.get();
    if (row === undefined) throw broken("the run has lost its pool");
    return {
      name: optionalTextIn(row, "name") ?? null,
      arn: optionalTextIn(row, "arn") ?? null,
      region: textIn(row, "region"),
      tier: optionalTextIn(row, "tier") ?? null,
      mfa: optionalTextIn(row, "mfa") ?? null,
      estimatedUsers: row["estimated_users"] === null ? null : numberIn(row, "estimated_users"),
      createdAt: optionalTextIn(row, "created_at") ?? null,
      readAt: textIn(row, "read_at"),
    };
  }

  /** The places in the list of those that a `commit` would write now. */
  lacking(keys: readonly StagedKey[]): readonly number[] {
    /** Of those that a `commit` would write before: a page may have a user twice, as it was and as it is. */
    const written = new Map<string, number>();
    return keys.flatMap(({ sub, stamp }, place) => {
      const wanted = stampNumber(stamp);
      if ((written.get(sub) ?? this.#sql.findUser.get(sub)?.["stamp"]) === wanted) return [];
      written.set(sub, wanted);
      return [place];
    });
  }

  dropGroup(cursor: ListingCursor): void {
    this.#transaction((tally) => {
      this.#dropMembers(cursor.part, tally);
      tally.groups -= Number(this.#sql.dropGroup.run(cursor.part).changes);
      this.#listings.move(cursor);
    });
  }

  rewind(cursors: readonly ListingCursor[]): void {
    this.#transaction((tally) => {
      for (const cursor of cursors) {
        this.#listings.set(cursor);
        if (cursor.kind === "members" && cursor.pages === 0) this.#dropMembers(cursor.part, tally);
      }
    }, false);
  }

  /** Throws when the rows are not those that were counted page by page, or a membership lacks its group. */
  requireCounted(): void {
    this.#requireCount("users", this.#sql.countUsers.get(), this.#counts.users);
    this.#requireCount("groups", this.#sql.countGroups.get(), this.#counts.groups);
    this.#requireCount("memberships", this.#sql.countMemberships.get(), this.#counts.memberships);
  }

  #requireCount(what: string, found: Parameters<typeof numberIn>[0], expected: number): void {
    const count = numberIn(found, "n");
    if (count === expected) return;
    throw broken(`the run holds ${count} ${what} and counted ${expected}`);
  }

  /** Whether the run holds an older group of this name. */
  #isAnother({ name, createdAt }: Group): boolean {
    const known = this.#sql.findGroup.get(name);
    return known !== undefined && textIn(known, "created_at") !== createdAt.toISOString();
  }

  /** The memberships of the older group go. A listing that is being read goes on; `isIdle`: none is. */
  #readAnew(cursor: ListingCursor, isIdle: boolean, tally: Tally): boolean {
    const isOpened = isIdle ? this.#listings.set(cursor) : this.#listings.reopen(cursor);
    if (isOpened) this.#dropMembers(cursor.part, tally);
    return isOpened;
  }

  #dropMembers(group: string, tally: Tally): void {
    tally.memberships -= Number(this.#sql.dropMembers.run(group).changes);
  }

  #putGroup(group: Group, tally: Tally): void {
    if (this.#sql.findGroup.get(group.name) === undefined) tally.groups += 1;
    this.#sql.putGroup.run(...groupCells(group, this.#poolId).map(sqliteValue));
  }

  /** True where the run did not have the user. */
  #putUser({ sub, stamp: text, user }: StagedUser, tally: Tally): boolean {
    const stamp = stampNumber(text);
    const known = this.#sql.findUser.get(sub);
    if (known !== undefined && known["stamp"] === stamp) return false;
    if (user === undefined) throw broken("a user was sent without its row");
    const cells = userCells(user).map(sqliteValue);
    if (known !== undefined) {
      this.#sql.updatePerson.run(...cells, numberIn(known, "person"));
      this.#sql.updateId.run(stamp, sub);
      return false;
    }
    const { lastInsertRowid } = this.#sql.insertPerson.run(...cells);
    this.#sql.insertId.run(sub, lastInsertRowid, stamp);
    tally.users += 1;
    return true;
  }

  /** Their users are mostly in the same page. */
  #putMembers({ memberships, users }: StagedPage, tally: Tally): void {
    const met = new Set(users.map(({ sub }) => sub));
    const groups = new Set(memberships.map(({ groupName }) => groupName));
    for (const group of groups) {
      if (this.#sql.findGroup.get(group) === undefined) throw broken("a membership came without its group");
    }
    for (const { groupName, sub } of memberships) {
      if (!met.has(sub) && this.#sql.findUser.get(sub) === undefined) {
        throw broken("a membership came without its user");
      }
      tally.memberships += Number(this.#sql.insertMember.run(groupName, sub).changes);
    }
  }

  #transaction<T>(work: (tally: Tally) => T, isProgress = true): T {
    const tally = { ...this.#counts };
    const nowMs = this.#now();
    this.#sql.beginTransaction.run();
    try {
      const result = work(tally);
      this.#sql.progress.run(isProgress ? nowMs : null, tally.users, tally.groups, tally.memberships);
      this.#sql.commitTransaction.run();
      this.#counts = tally;
      this.#commits += 1;
      if (this.#commits % COMMITS_BETWEEN_FITS === 0) fitCheckpoints(this.#database);
      return result;
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function broken(what: string): GovernanceError {
  return new GovernanceError("internal", `${what}; please report this`);
}
