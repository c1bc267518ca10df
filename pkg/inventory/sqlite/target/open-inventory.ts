// An inventory in SQLite as the target of a sync: the run is read into a working database, and merged when it is whole.
// Guarantees INVENTORY-1 to INVENTORY-10 are in pkg/inventory/DESIGN.md.

import type { EpochClock, EpochMs } from "../../../core/clock.ts";
import { GovernanceError } from "../../../core/errors.ts";
import { type ListingCursor, NO_ROWS } from "../../../core/sync-plan.ts";
import { WHOLE_POOL } from "../../../core/sync-scope.ts";
import type { Unlisted } from "../../../core/unlisted-users.ts";
import type { DatabaseSync } from "../../../sqlite/database.ts";
import { isDamage, onDisk, refusedFile, storeError } from "../../../sqlite/errors.ts";
import type { TargetLock } from "../../../sqlite/lock.ts";
import { removeDatabase } from "../../../sqlite/paths.ts";
import { endRun, type RunState, readRun } from "../../../sqlite/work/run-state.ts";
import { createWorkFile, type WorkFile } from "../../../sqlite/work/work-file.ts";
import { shrinkRefusal } from "../../../sync/shrink-guard.ts";
import type { PublishOptions, SyncRun, SyncTarget } from "../../../sync/target.ts";
import type { ChangeOrigin } from "../../target/change-origins.ts";
import type { InventoryTargetSettings } from "../../target/options.ts";
import type { ChangeInterval } from "../../target/pass-origins.ts";
import type { PoolFacts } from "../../target/pool-facts.ts";
import type { PublishedInventory } from "../../target/published.ts";
import type { StagedKey, StagedPage } from "../staging/staged-page.ts";
import { StagedRows } from "../staging/staged-rows.ts";
import { INVENTORY_WORK } from "../staging/staging-format.ts";
import { MergeConnection } from "./merge-connection.ts";
import { damagedInventory, endAfter, type PublishedRuns } from "./published-runs.ts";
import type { InventoryPaths } from "./target-paths.ts";

export interface SqliteTargetSettings extends InventoryTargetSettings {
  readonly file: string;
}

/** What can be read of it without waiting. */
export type InventoryState = Pick<
  SyncTarget,
  "name" | "run" | "resumed" | "discarded" | "complete" | "counts"
>;

export interface InventoryParts {
  readonly settings: SqliteTargetSettings;
  readonly now: EpochClock;
  readonly paths: InventoryPaths;
  readonly lock: TargetLock;
  readonly runs: PublishedRuns;
  readonly work: WorkFile;
}

export class OpenInventory {
  readonly #parts: InventoryParts;
  readonly #discarded: string | undefined;
  /** Stops a publication that is under way. */
  readonly #closing = new AbortController();
  #database: DatabaseSync;
  #rows: StagedRows;
  #merge: MergeConnection | undefined;
  #run: SyncRun | undefined;
  #resumed: boolean;
  #stage: "fresh" | "reading" | "publishing" | "published" | "closed";

  constructor(parts: InventoryParts) {
    const { work } = parts;
    this.#parts = parts;
    this.#discarded = work.discarded;
    this.#database = work.database;
    this.#rows = this.#rowsIn(work.database, work.run?.counts);
    this.#run = work.run && {
      id: work.run.syncId,
      startedAt: new Date(work.run.startedAtMs),
      scope: WHOLE_POOL,
      membersReason: work.run.membersReason,
    };
    this.#resumed = work.run !== undefined;
    this.#stage = work.run === undefined ? "fresh" : "reading";
  }

  get state(): InventoryState {
    return {
      name: this.#parts.paths.target,
      run: this.#run,
      resumed: this.#resumed,
      discarded: this.#discarded,
      complete: this.#parts.runs.newest,
      counts: this.#rows.counts,
    };
  }

  discard(): void {
    if (this.#stage === "fresh") return;
    this.#expect("reading");
    this.#write("discard the run", () => {
      this.#database.close();
      this.#database = createWorkFile(this.#parts.paths.work, INVENTORY_WORK);
      this.#rows = this.#rowsIn(this.#database);
    });
    this.#run = undefined;
    this.#resumed = false;
    this.#stage = "fresh";
  }

  begin(run: SyncRun, pool: PoolFacts, listings: readonly ListingCursor[]): void {
    this.#expect("fresh");
    const startedAtMs = run.startedAt.getTime();
    const state: RunState = {
      syncId: run.id,
      fingerprint: this.#parts.settings.fingerprint,
      scope: "",
      membersReason: run.membersReason,
      previousId: this.#parts.runs.newest?.id,
      startedAtMs,
      progressAtMs: startedAtMs,
      endedAtMs: undefined,
      held: false,
      counts: NO_ROWS,
    };
    this.#write("begin the run", () => this.#rows.begin(state, pool, listings));
    this.#run = run;
    this.#stage = "reading";
  }

  listings(): readonly ListingCursor[] {
    return this.#write("read the listings", () => this.#rows.listings.all());
  }

  commit(page: StagedPage): readonly ListingCursor[] {
    this.#expect("reading");
    return this.#write("store a page", () => this.#rows.commit(page));
  }

  lacking(keys: readonly StagedKey[]): readonly number[] {
    return this.#write("look for users", () => this.#rows.lacking(keys));
  }

  dropGroup(cursor: ListingCursor): void {
    this.#expect("reading");
    this.#write("drop a group", () => this.#rows.dropGroup(cursor));
  }

  rewind(cursors: readonly ListingCursor[]): void {
    this.#expect("reading");
    this.#write("set listings back", () => this.#rows.rewind(cursors));
  }

  previousMembers(groups: readonly string[]): readonly number[] {
    try {
      return groups.map((group) => this.#parts.runs.membersOf(group));
    } catch (error) {
      throw this.#failure(error, "read");
    }
  }

  unlisted(most: number): Unlisted {
    return this.#write("look for users", () => this.#rows.unlisted.read(most));
  }

  check(publishing: PublishOptions): void {
    this.#write("check the run", () => {
      this.#requireInPlace();
      this.#endOrHold(publishing);
    });
  }

  /** When the changes of this run were made; undefined: it is the first one, which records none. */
  async beginOrigins(): Promise<ChangeInterval | undefined> {
    const { now, runs } = this.#parts;
    await this.#stoppable(() => this.#merging());
    const after = runs.newest?.startedAt;
    return after === undefined ? undefined : { after, before: new Date(now()) };
  }

  async addOrigins(origins: readonly ChangeOrigin[]): Promise<void> {
    await this.#stoppable(async () => {
      const merge = await this.#merging();
      await merge.origins.add(origins);
    });
  }

  async publish(
    publishing: PublishOptions & { readonly originsKnown: boolean },
    signal: AbortSignal,
  ): Promise<PublishedInventory> {
    const closed = this.#stopped();
    if (closed !== undefined) throw closed;
    const { paths, settings, runs } = this.#parts;
    const run = this.#write("publish the run", () => this.#endOrHold(publishing));
    this.#stage = "publishing";
    try {
      const merge = await this.#merging();
      const merged = await merge.run(
        {
          poolId: settings.fingerprint.poolId,
          syncId: run.syncId,
          beganAt: new Date(run.startedAtMs),
          endedAt: new Date(run.endedAtMs),
          counts: run.counts,
          pool: this.#rows.pool(),
          originsKnown: publishing.originsKnown,
        },
        AbortSignal.any([signal, this.#closing.signal]),
      );
      this.#stage = "published";
      return {
        kind: "inventory",
        inventory: paths.target,
        id: run.syncId,
        startedAt: new Date(run.startedAtMs),
        endedAt: new Date(run.endedAtMs),
        scope: WHOLE_POOL,
        counts: run.counts,
        previous: runs.newest?.counts,
        ...merged,
      };
    } catch (error) {
      if (this.#stage === "publishing") this.#stage = "reading";
      throw this.#stopped() ?? this.#failure(error, "publish the run in");
    } finally {
      this.#endMerge();
    }
  }

  close(): void {
    if (this.#stage === "closed") return;
    const { lock, paths, runs } = this.#parts;
    const keep = this.#stage === "reading" || this.#stage === "publishing";
    this.#stage = "closed";
    this.#closing.abort(
      new GovernanceError("canceled", "the inventory was closed before the run was published"),
    );
    try {
      onDisk(`close ${paths.work}`, () => {
        this.#database.close();
        runs.close();
        if (!keep) removeDatabase(paths.work);
      });
    } finally {
      lock.release();
    }
  }

  /** Damage of the working database ends with its run; that of the inventory does not go away. */
  #failure(error: unknown, doing: string): GovernanceError {
    const { paths, runs } = this.#parts;
    if (!isDamage(error) || !runs.isDamaged())
      return storeError(error, `${doing} ${paths.target}`, "--inventory");
    return damagedInventory(paths.target, error);
  }

  /** The run, once nothing of it is left to read. Throws `refused-by-guard`, and keeps it as held, when it lost too much. */
  #endOrHold({ acceptShrink }: PublishOptions): RunState & { readonly endedAtMs: EpochMs } {
    this.#expect("reading");
    const { now, paths, runs } = this.#parts;
    const open = this.#rows.listings.unread();
    if (open > 0) {
      throw new GovernanceError(
        "internal",
        `the run has ${open} listings left to read, so it is not published`,
      );
    }
    const run = readRun(this.#database);
    if (run === undefined) throw new GovernanceError("internal", "the run was never begun");
    this.#rows.requireCounted();
    const refusal = runs.newest && shrinkRefusal(paths.target, runs.newest.counts, run.counts);
    const held = refusal !== undefined && !acceptShrink;
    const endedAtMs = run.endedAtMs ?? endAfter(runs.newest, run.startedAtMs, now());
    endRun(this.#database, endedAtMs, held);
    if (held) throw refusal;
    return { ...run, endedAtMs };
  }

  /** Why the target was closed; undefined while it is open. */
  #stopped(): GovernanceError | undefined {
    const { signal } = this.#closing;
    return signal.aborted ? GovernanceError.from(signal.reason) : undefined;
  }

  async #stoppable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#stopped() ?? this.#failure(error, "publish the run in");
    }
  }

  #requireInPlace(): void {
    const { paths, runs } = this.#parts;
    if (runs.isInPlace()) return;
    const cure = "sync again: the run is kept, and the inventory will be judged again";
    throw refusedFile(paths.target, "was moved away or replaced while the sync ran", cure);
  }

  async #merging(): Promise<MergeConnection> {
    if (this.#merge === undefined) this.#requireInPlace();
    this.#merge ??= await MergeConnection.open(this.#database, this.#parts.paths.target);
    return this.#merge;
  }

  #endMerge(): void {
    const merge = this.#merge;
    this.#merge = undefined;
    if (this.#database.isOpen) merge?.close();
  }

  #rowsIn(database: DatabaseSync, counts = NO_ROWS): StagedRows {
    const { settings, now } = this.#parts;
    return new StagedRows(database, settings.fingerprint.poolId, counts, now);
  }

  #write<T>(doing: string, work: () => T): T {
    return onDisk(`${doing} in ${this.#parts.paths.work}`, work);
  }

  #expect(stage: "fresh" | "reading"): void {
    if (this.#stage === stage) return;
    throw new GovernanceError(
      "internal",
      `the inventory is ${this.#stage}, and was used as if it were ${stage}`,
    );
  }
}
