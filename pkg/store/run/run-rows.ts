// The rows of the run being read. Invariants STORE-4, STORE-6 and STORE-9 of DESIGN.md hold here.

import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { type ListingCursor, NO_ROWS, type SyncCounts } from "../../core/sync-plan.ts";
import { GROUP_TYPE, USER_TYPE } from "../../protocol/ids.ts";
import type { Entitlement, Resource, ResourceType } from "../../protocol/messages.ts";
import type { DatabaseSync, StatementSync } from "../../sqlite/database.ts";
import { numberIn, textIn } from "../../sqlite/rows.ts";
import { fitCheckpoints } from "../../sqlite/tuning.ts";
import { StoredListings } from "../../sqlite/work/listings.ts";
import { insertRun, MOVE_PROGRESS, type RunState } from "../../sqlite/work/run-state.ts";
import { UnlistedUsers } from "../../sqlite/work/unlisted-users.ts";
import { stampNumber } from "../../sync/stamp-number.ts";
import { timestampText } from "../timestamps.ts";
import { entitlementRow, type ResourceRow, resourceRow, resourceTypeRow } from "./encode.ts";
import { groupCreationIn, isAnotherGroup } from "./group-creation.ts";
import type { PageGrant, PagePrincipal, PrincipalKey, RunPage } from "./run-page.ts";
import { foundIn, prepareRun, type RunStatements } from "./run-statements.ts";
import { RunUsers } from "./run-users.ts";
import type { FoundRow, UuidTable } from "./uuid-table.ts";

interface EarlierRun {
  readonly counts: SyncCounts;
  readonly now: EpochClock;
  readonly memory?: UuidTable;
}

/** One page that is being stored. Its entitlements are looked up once: a page of members has one. */
interface Storing {
  readonly at: string;
  readonly tally: Tally;
  readonly entitlements: Map<string, number>;
}

/** How often the WAL is fitted to the size of the database. */
const COMMITS_BETWEEN_FITS = 32;

type Tally = { -readonly [Kind in keyof SyncCounts]: SyncCounts[Kind] };

export class RunRows {
  readonly #database: DatabaseSync;
  readonly #now: EpochClock;
  readonly #sql: RunStatements;
  readonly #listings: StoredListings;
  readonly #unlisted: UnlistedUsers;
  readonly #users: RunUsers;
  readonly #progress: StatementSync;
  #counts = NO_ROWS;
  #commits = 0;

  /** Of a run that has no rows yet. */
  constructor(database: DatabaseSync, now: EpochClock, memory?: UuidTable) {
    this.#database = database;
    this.#now = now;
    this.#sql = prepareRun(database);
    this.#listings = new StoredListings(database);
    this.#unlisted = new UnlistedUsers(database);
    this.#users = new RunUsers(this.#sql, memory);
    this.#progress = database.prepare(MOVE_PROGRESS);
    // Of an earlier process: the database may be large already.
    fitCheckpoints(database);
  }

  /**
   * Of the run of an earlier process. Its users are read, in pieces between which the event loop turns: rejects with the
   * reason of the signal between two of them.
   */
  static async ofEarlier(
    database: DatabaseSync,
    { counts, now, memory }: EarlierRun,
    signal: AbortSignal,
  ): Promise<RunRows> {
    const rows = new RunRows(database, now, memory);
    rows.#counts = counts;
    await rows.#users.readEarlier(counts.users, signal);
    return rows;
  }

  get counts(): SyncCounts {
    return this.#counts;
  }

  begin(run: RunState, types: readonly ResourceType[], listings: readonly ListingCursor[]): void {
    this.#transaction((_tally, at) => {
      insertRun(this.#database, run);
      for (const type of types) {
        const { id, data } = resourceTypeRow(type);
        this.#sql.insertResourceType.run(id, at, data);
      }
      for (const cursor of listings) this.#listings.open(cursor);
    });
  }

  get listings(): Pick<StoredListings, "all" | "unread"> {
    return this.#listings;
  }

  get unlisted(): Pick<UnlistedUsers, "read"> {
    return this.#unlisted;
  }

  rewind(cursors: readonly ListingCursor[]): void {
    this.#transaction((tally) => {
      for (const cursor of cursors) {
        const { kind, part: group, pages } = cursor;
        this.#listings.set(cursor);
        if (kind === "members" && pages === 0) {
          tally.memberships -= Number(this.#sql.dropGrants.run(GROUP_TYPE, group).changes);
        }
      }
    }, false);
  }

  /** When the group was created; undefined when the run has no such group. */
  groupCreatedAt(name: string): number | undefined {
    return groupCreationIn(this.#sql.groupData.get(GROUP_TYPE, name));
  }

  groupNames(): readonly string[] {
    return this.#sql.groups.all(GROUP_TYPE).map((row) => textIn(row, "resource_id"));
  }

  /**
   * Returns the listings that were really opened: new ones, those of a group that had vanished and is back, and those of a
   * group that was made again after its members were read.
   */
  commit(page: RunPage): readonly ListingCursor[] {
    return this.#transaction((tally, at) => {
      const storing: Storing = { at, tally, entitlements: new Map() };
      const again = new Set(
        page.resources.filter((one) => this.#isMadeAgain(one)).map(({ id }) => id?.resource),
      );
      for (const resource of page.resources) {
        const row = resourceRow(resource);
        this.#putResource(row, null, this.#findResource(row.type, row.id), storing);
      }
      for (const [place, principal] of page.principals.entries()) {
        const isAdded = this.#addPrincipal(principal, storing);
        this.#unlisted.note(page.proof, place, isAdded);
      }
      for (const entitlement of page.entitlements) this.#putEntitlement(entitlement, at);
      const opened = page.opens.filter((cursor) =>
        again.has(cursor.part)
          ? this.#readAnew(cursor, page.membersAreIdle === true, tally)
          : this.#listings.open(cursor),
      );
      for (const grant of page.grants) this.#putGrant(grant, storing);
      this.#listings.move(page.cursor);
      return opened;
    }, page.membersAreIdle !== true);
  }

  /** The places in the list of those that a `commit` would build now. */
  lacking(principals: readonly PrincipalKey[]): readonly number[] {
    /** Of those that a `commit` would build before: a page may have a user twice, as it was and as it is. */
    const built = new Map<string, number>();
    const places = principals.flatMap(({ resourceTypeId, resourceId, stamp }, place) => {
      const key = `${resourceTypeId} ${resourceId}`;
      const wanted = stampNumber(stamp);
      if ((built.get(key) ?? this.#findResource(resourceTypeId, resourceId)?.stamp) === wanted) return [];
      built.set(key, wanted);
      return [place];
    });
    this.#users.forget();
    return places;
  }

  /** Removes the group of a members listing, its entitlement and its grants. */
  dropGroup(cursor: ListingCursor): void {
    const { part: group } = cursor;
    this.#transaction((tally) => {
      tally.memberships -= Number(this.#sql.dropGrants.run(GROUP_TYPE, group).changes);
      this.#sql.dropEntitlements.run(GROUP_TYPE, group);
      const found = this.#findResource(GROUP_TYPE, group);
      if (found !== undefined) {
        this.#sql.dropResource.run(found.row);
        this.#sql.dropName.run(GROUP_TYPE, group);
        tally.groups -= 1;
      }
      this.#listings.move(cursor);
    });
  }

  /** Whether the run holds an older group of this name. */
  #isMadeAgain({ id, createdAt }: Resource): boolean {
    if (id?.resourceType !== GROUP_TYPE || createdAt === undefined) return false;
    return isAnotherGroup(this.groupCreatedAt(id.resource), timestampDate(createdAt).getTime());
  }

  /** The memberships of the older group go. A listing that is being read goes on; `isIdle`: none is. */
  #readAnew(cursor: ListingCursor, isIdle: boolean, tally: Tally): boolean {
    const { part: group } = cursor;
    const isOpened = isIdle ? this.#listings.set(cursor) : this.#listings.reopen(cursor);
    if (isOpened) tally.memberships -= Number(this.#sql.dropGrants.run(GROUP_TYPE, group).changes);
    return isOpened;
  }

  /** True where the run did not have the user. */
  #addPrincipal(principal: PagePrincipal, storing: Storing): boolean {
    const { resourceTypeId, resourceId } = principal;
    const stamp = stampNumber(principal.stamp);
    const known = this.#findResource(resourceTypeId, resourceId);
    if (known !== undefined && known.stamp === stamp) return false;
    const row = {
      type: resourceTypeId,
      id: resourceId,
      parentType: null,
      parentId: null,
      data: principal.encode(),
    };
    this.#putResource(row, stamp, known, storing);
    return known === undefined;
  }

  #putResource(
    { type, id, parentType, parentId, data }: ResourceRow,
    stamp: number | null,
    known: FoundRow | undefined,
    { at, tally }: Storing,
  ): void {
    if (known !== undefined) {
      this.#sql.updateResource.run(parentType, parentId, stamp, at, data, known.row);
      if (known.stamp === stamp) return;
      if (type === USER_TYPE) this.#users.change(id, { row: known.row, stamp });
      else this.#sql.updateName.run(stamp, type, id);
      return;
    }
    const row = Number(
      this.#sql.insertResource.run(type, id, parentType, parentId, stamp, at, data).lastInsertRowid,
    );
    if (type === USER_TYPE) this.#users.add(id, { row, stamp });
    else this.#sql.insertName.run(type, id, row, stamp);
    if (type === USER_TYPE) tally.users += 1;
    if (type === GROUP_TYPE) tally.groups += 1;
  }

  #putEntitlement(entitlement: Entitlement, at: string): void {
    const { externalId, type, resourceId, data } = entitlementRow(entitlement);
    this.#sql.putEntitlement.run(externalId, type, resourceId, at, data);
  }

  #putGrant(grant: PageGrant, { at, tally, entitlements }: Storing): void {
    const { entitlementId, principalType, principalId } = grant;
    const entitlement = this.#entitlementNumber(entitlementId, entitlements);
    const principal = this.#findResource(principalType, principalId)?.row;
    if (entitlement === undefined || principal === undefined) {
      const missing = entitlement === undefined ? "entitlement" : "principal";
      // STORE-9
      throw new GovernanceError(
        "internal",
        `a grant of ${entitlementId} came without its ${missing}; please report this`,
      );
    }
    const data = grant.encode();
    const inserted = this.#sql.insertGrant.run(entitlement, principal, principalType, principalId, at, data);
    if (Number(inserted.changes) === 1) tally.memberships += 1;
    else this.#sql.updateGrant.run(at, data, entitlement, principal);
  }

  #findResource(type: string, id: string): FoundRow | undefined {
    return type === USER_TYPE ? this.#users.find(id) : foundIn(this.#sql.findResource.get(type, id));
  }

  #entitlementNumber(id: string, known: Map<string, number>): number | undefined {
    const stored = known.get(id);
    if (stored !== undefined) return stored;
    const row = this.#sql.findEntitlement.get(id);
    if (row === undefined) return undefined;
    const number = numberIn(row, "id");
    known.set(id, number);
    return number;
  }

  #transaction<T>(work: (tally: Tally, at: string) => T, isProgress = true): T {
    const tally = { ...this.#counts };
    const nowMs = this.#now();
    this.#sql.beginTransaction.run();
    try {
      const result = work(tally, timestampText(nowMs));
      this.#progress.run(isProgress ? nowMs : null, tally.users, tally.groups, tally.memberships);
      this.#sql.commitTransaction.run();
      this.#users.keep();
      this.#counts = tally;
      this.#commits += 1;
      if (this.#commits % COMMITS_BETWEEN_FITS === 0) fitCheckpoints(this.#database);
      return result;
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#users.forget();
    }
  }
}
