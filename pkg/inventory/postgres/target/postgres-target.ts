// An inventory in PostgreSQL as the target of a sync: pages go to staging tables by COPY, and the whole run is merged on the
// server in one transaction. Guarantees INVENTORY-1 to INVENTORY-10 are in pkg/inventory/DESIGN.md.

import type { EpochMs } from "../../../core/clock.ts";
import { GovernanceError } from "../../../core/errors.ts";
import { type ListingCursor, NO_ROWS, type SyncCounts } from "../../../core/sync-plan.ts";
import { isWholePool, WHOLE_POOL } from "../../../core/sync-scope.ts";
import type { Unlisted } from "../../../core/unlisted-users.ts";
import type { ResourceType } from "../../../protocol/messages.ts";
import { shrinkRefusal } from "../../../sync/shrink-guard.ts";
import type { CompleteRun, PublishOptions, SyncPage, SyncRun, SyncTarget } from "../../../sync/target.ts";
import { OriginsTable } from "../../target/load-origins.ts";
import { type MergeResult, mergeRun } from "../../target/merge.ts";
import { type InventoryTargetOptions, MAX_IDLE_MS } from "../../target/options.ts";
import { type OriginsSink, passOrigins } from "../../target/pass-origins.ts";
import { factsOfPool } from "../../target/pool-facts.ts";
import type { PublishedInventory } from "../../target/published.ts";
import type { PostgresAccess } from "../connection/access.ts";
import { migrateInventory } from "../migrate.ts";
import { openSession, type PostgresSession } from "../session.ts";
import { MERGE_SETTINGS, MERGING, mergeOver } from "./merge-in-postgres.ts";
import { lockPool } from "./pool-lock.ts";
import { membersIn, newestRunOf } from "./published-in-postgres.ts";
import { StagedPages } from "./staged-pages.ts";
import {
  insertListings,
  insertStagedRun,
  readListings,
  readStagedRun,
  type StagedRun,
  whyNotContinued,
} from "./staged-run.ts";
import { emptyAll, openStagingTables, type StagingTables } from "./staging-tables.ts";
import { requirePublished } from "./unanswered-commit.ts";

/** A page takes milliseconds; a server that needs longer for it does not answer. */
const STATEMENT_MS = 60_000;
/** No transaction of a page waits for AWS. */
const IDLE_MS = 5 * 60_000;
const DESCRIBE_TIMEOUT_MS = 60_000;
const ENDING = { doing: "check the run in" };
/** More changes than this leave the statistics of the tables old. */
const MANY_CHANGES = 10_000;

/**
 * Connects, makes or migrates the schema, locks the pool, and finds the run to continue. Call it before the first AWS call:
 * it rejects with `failed-precondition` when another connector syncs the pool, and with what the connection says.
 */
export async function openPostgresTarget(
  access: PostgresAccess,
  options: InventoryTargetOptions,
  signal: AbortSignal,
): Promise<SyncTarget<PublishedInventory>> {
  const { fingerprint, acceptShrink, now, maxIdleMs = MAX_IDLE_MS } = options;
  const { poolId } = fingerprint;
  const limits = { statementTimeoutMs: STATEMENT_MS, idleTransactionMs: IDLE_MS };
  const session = await openSession(access, limits, signal);
  try {
    await migrateInventory(session, now, signal);
    await lockPool(session, poolId, signal);
    const opening = { doing: "open the run in", signal };
    const tables = await openStagingTables(session, poolId, opening);
    const complete = await newestRunOf(session, poolId);
    const found = await readStagedRun(session, tables, opening);
    const wanted = { fingerprint, acceptShrink, maxIdleMs, nowMs: now(), published: complete?.id };
    const discarded = found && whyNotContinued(found, wanted);
    if (discarded !== undefined) await session.script(emptyAll(tables), opening);
    const run = discarded === undefined ? found : undefined;
    return new PostgresTarget({ access, session, options, tables, complete, run, discarded });
  } catch (error) {
    await session.close();
    throw error;
  }
}

interface PostgresTargetParts {
  readonly access: PostgresAccess;
  readonly session: PostgresSession;
  readonly options: InventoryTargetOptions;
  readonly tables: StagingTables;
  readonly complete: CompleteRun | undefined;
  /** The run of an earlier process, which continues. */
  readonly run: StagedRun | undefined;
  readonly discarded: string | undefined;
}

class PostgresTarget implements SyncTarget<PublishedInventory> {
  readonly name: string;
  readonly discarded: string | undefined;
  readonly complete: CompleteRun | undefined;
  readonly #parts: PostgresTargetParts;
  /** Stops a publication that is under way. */
  readonly #closing = new AbortController();
  #pages: StagedPages;
  #run: SyncRun | undefined;
  #resumed: boolean;
  #stage: "fresh" | "reading" | "publishing" | "published" | "closed";

  constructor(parts: PostgresTargetParts) {
    const { session, run, complete, discarded } = parts;
    this.#parts = parts;
    this.name = session.name;
    this.complete = complete;
    this.discarded = discarded;
    this.#pages = this.#pagesOf(run?.counts ?? NO_ROWS);
    this.#run = run && {
      id: run.syncId,
      startedAt: new Date(run.beganAtMs),
      scope: WHOLE_POOL,
      membersReason: run.membersReason,
    };
    this.#resumed = run !== undefined;
    this.#stage = run === undefined ? "fresh" : "reading";
  }

  get run(): SyncRun | undefined {
    return this.#run;
  }

  get resumed(): boolean {
    return this.#resumed;
  }

  get counts(): SyncCounts {
    return this.#pages.counts;
  }

  async discard(): Promise<void> {
    if (this.#stage === "fresh") return;
    this.#expect("reading");
    const { session, tables } = this.#parts;
    await session.script(emptyAll(tables), { doing: "discard the run in" });
    this.#pages = this.#pagesOf(NO_ROWS);
    this.#run = undefined;
    this.#resumed = false;
    this.#stage = "fresh";
  }

  async begin(
    run: SyncRun,
    _types: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void> {
    this.#expect("fresh");
    if (!isWholePool(run.scope)) {
      throw new GovernanceError("internal", "a run of a part of the pool was begun in an inventory");
    }
    const { session, tables, options } = this.#parts;
    const { fingerprint, describePool } = options;
    const pool = await describePool(AbortSignal.timeout(DESCRIBE_TIMEOUT_MS));
    const facts = factsOfPool(fingerprint.poolId, pool, run.startedAt);
    const { id: syncId, membersReason } = run;
    const staged = { syncId, fingerprint, beganAtMs: run.startedAt.getTime(), pool: facts, membersReason };
    const beginning = { doing: "begin the run in" };
    await session.transaction(beginning, async () => {
      await insertStagedRun(session, tables, staged, beginning);
      await insertListings(session, tables, listings);
    });
    this.#run = run;
    this.#stage = "reading";
  }

  async listings(): Promise<readonly ListingCursor[]> {
    const { session, tables } = this.#parts;
    return await readListings(session, tables, { doing: "read the listings in" });
  }

  async commit(page: SyncPage): Promise<readonly ListingCursor[]> {
    this.#expect("reading");
    return await this.#pages.commit(page);
  }

  async dropGroup(cursor: ListingCursor): Promise<void> {
    this.#expect("reading");
    await this.#pages.dropGroup(cursor);
  }

  async rewind(cursors: readonly ListingCursor[]): Promise<void> {
    this.#expect("reading");
    await this.#pages.rewind(cursors);
  }

  async previousMembers(groups: readonly string[]): Promise<readonly number[]> {
    const { session, options } = this.#parts;
    return await membersIn(session, options.fingerprint.poolId, groups);
  }

  async unlisted(most: number): Promise<Unlisted> {
    return await this.#pages.unlisted(most);
  }

  async check(publishing: PublishOptions): Promise<void> {
    await this.#endOrHold(publishing);
  }

  async publish(publishing: PublishOptions, signal: AbortSignal): Promise<PublishedInventory> {
    const run = await this.#endOrHold(publishing);
    this.#stage = "publishing";
    try {
      const merged = await this.#merge(run, AbortSignal.any([signal, this.#closing.signal]));
      this.#stage = "published";
      return {
        kind: "inventory",
        inventory: this.name,
        id: run.syncId,
        startedAt: new Date(run.beganAtMs),
        endedAt: new Date(run.endedAtMs),
        scope: WHOLE_POOL,
        counts: run.counts,
        previous: this.complete?.counts,
        ...merged,
      };
    } catch (error) {
      if (this.#stage === "publishing") this.#stage = "reading";
      throw GovernanceError.from(error);
    }
  }

  async close(): Promise<void> {
    if (this.#stage === "closed") return;
    this.#stage = "closed";
    this.#closing.abort(
      new GovernanceError("canceled", "the inventory was closed before the run was published"),
    );
    await this.#parts.session.close();
  }

  async #merge(run: EndedRun, signal: AbortSignal): Promise<MergeResult> {
    const { access, session, tables, options } = this.#parts;
    const { poolId } = options.fingerprint;
    const { syncId } = run;
    const merging = mergeOver(session, signal);
    signal.throwIfAborted();
    await session.script(`ANALYZE ${tables.users}; ANALYZE ${tables.groups}; ANALYZE ${tables.members}`, {
      ...MERGING,
      signal,
    });
    const origins = await OriginsTable.create(merging);
    const originsKnown = await passOrigins(this.#originsSink(origins), options.changeOrigins, signal);
    let merged: MergeResult | undefined;
    const merge = async (): Promise<MergeResult> => {
      const result = await mergeRun(
        merging,
        {
          poolId,
          syncId,
          beganAt: new Date(run.beganAtMs),
          endedAt: new Date(run.endedAtMs),
          counts: run.counts,
          pool: run.pool,
          originsKnown,
        },
        signal,
      );
      await session.script(emptyAll(tables), { ...MERGING, signal });
      merged = result;
      return result;
    };
    try {
      merged = await session.transaction(MERGING, merge, `BEGIN; ${MERGE_SETTINGS}`);
    } catch (error) {
      const failure = GovernanceError.from(error);
      if (merged === undefined || !session.isOver) throw failure;
      await requirePublished(access, { name: this.name, poolId, syncId, failure });
    }
    if (merged.runNumber === 1 || merged.changes > MANY_CHANGES) await this.#analyze();
    return merged;
  }

  /** The run is published: a role that may not do this has slower queries until the server does it. */
  async #analyze(): Promise<void> {
    const { session } = this.#parts;
    const tables = ["users", "groups", "memberships", "recorded_changes"];
    await session.script(`ANALYZE ${tables.join(", ")}`, MERGING).catch(() => undefined);
  }

  #originsSink(origins: OriginsTable): OriginsSink {
    const after = this.complete?.startedAt;
    return {
      beginOrigins: async () =>
        after === undefined ? undefined : { after, before: new Date(this.#parts.options.now()) },
      addOrigins: (some) => origins.add(some),
    };
  }

  /** The run, once nothing of it is left to read. Throws `refused-by-guard`, and keeps it as held, when it lost too much. */
  async #endOrHold({ acceptShrink }: PublishOptions): Promise<EndedRun> {
    this.#expect("reading");
    const { run, refusal } = await this.#parts.session.transaction(ENDING, () => this.#end(acceptShrink));
    if (refusal !== undefined) throw refusal;
    return run;
  }

  async #end(acceptShrink: boolean): Promise<{ run: EndedRun; refusal: GovernanceError | undefined }> {
    const { session, tables, options } = this.#parts;
    const open = (await this.listings()).filter(({ state }) => state === "open").length;
    if (open > 0) {
      throw new GovernanceError(
        "internal",
        `the run has ${open} listings left to read, so it is not published`,
      );
    }
    const run = await readStagedRun(session, tables, ENDING);
    if (run === undefined) {
      throw session.failure("unavailable", "the server has crashed and lost the run; sync again");
    }
    await this.#pages.requireCounted();
    const shrunk = this.complete && shrinkRefusal(this.name, this.complete.counts, run.counts);
    const refusal = acceptShrink ? undefined : shrunk;
    // A later run ends later, whatever the clock of the machine did.
    const endedAtMs =
      run.endedAtMs ?? Math.max(options.now(), run.beganAtMs, (this.complete?.endedAt.getTime() ?? 0) + 1);
    await session.run(
      `UPDATE ${tables.run} SET ended_at = $1, held = $2`,
      [endedAtMs, refusal !== undefined],
      ENDING,
    );
    return { run: { ...run, endedAtMs }, refusal };
  }

  #pagesOf(counts: SyncCounts): StagedPages {
    const { session, tables, options } = this.#parts;
    const { fingerprint, now } = options;
    return new StagedPages(session, { tables, poolId: fingerprint.poolId, counts, now });
  }

  #expect(stage: "fresh" | "reading"): void {
    if (this.#stage === stage) return;
    throw new GovernanceError(
      "internal",
      `the inventory is ${this.#stage}, and was used as if it were ${stage}`,
    );
  }
}

type EndedRun = StagedRun & { readonly endedAtMs: EpochMs };
