import { GovernanceError } from "../../../core/errors.ts";
import type { ListingCursor, SyncCounts } from "../../../core/sync-plan.ts";
import { isWholePool } from "../../../core/sync-scope.ts";
import type { Unlisted } from "../../../core/unlisted-users.ts";
import type { ResourceType } from "../../../protocol/messages.ts";
import type { CompleteRun, PublishOptions, SyncPage, SyncRun, SyncTarget } from "../../../sync/target.ts";
import type { InventoryTargetOptions } from "../../target/options.ts";
import { passOrigins } from "../../target/pass-origins.ts";
import { factsOfPool } from "../../target/pool-facts.ts";
import type { PublishedInventory } from "../../target/published.ts";
import { stagedKeys, stagedPage } from "../staging/staged-page.ts";
import {
  type AnsweredWithState,
  createInventoryService,
  type InventoryService,
} from "./inventory-service.ts";
import type { InventoryState } from "./open-inventory.ts";

/** Opens an inventory as a target that works in this thread. Its name is the path, symbolic links followed. */
export async function openSqliteTarget(
  file: string,
  options: InventoryTargetOptions,
  signal: AbortSignal,
): Promise<SyncTarget<PublishedInventory>> {
  if (signal.aborted) throw GovernanceError.from(signal.reason);
  const { fingerprint, stateDir, acceptShrink, maxIdleMs, now } = options;
  const service = createInventoryService({ file, fingerprint, stateDir, acceptShrink, maxIdleMs }, now);
  const { state } = await service.open();
  return new SqliteTarget({ service, options, sendsAll: true }, state);
}

export interface SqliteTargetParts {
  readonly service: InventoryService;
  readonly options: Pick<InventoryTargetOptions, "fingerprint" | "describePool" | "changeOrigins">;
  /** Users are handed over whether or not the run has them: it costs nothing in one thread. */
  readonly sendsAll: boolean;
}

/** The target over a service in this thread or in another one. What can be read without waiting is kept here. */
export class SqliteTarget implements SyncTarget<PublishedInventory> {
  readonly #parts: SqliteTargetParts;
  #state: InventoryState;
  #isClosed = false;

  constructor(parts: SqliteTargetParts, state: InventoryState) {
    this.#parts = parts;
    this.#state = state;
  }

  get name(): string {
    return this.#state.name;
  }

  get run(): SyncRun | undefined {
    return this.#state.run;
  }

  get resumed(): boolean {
    return this.#state.resumed;
  }

  get discarded(): string | undefined {
    return this.#state.discarded;
  }

  get complete(): CompleteRun | undefined {
    return this.#state.complete;
  }

  get counts(): SyncCounts {
    return this.#state.counts;
  }

  discard(): Promise<void> {
    return this.#ask((service) => service.discard());
  }

  async begin(
    run: SyncRun,
    _types: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void> {
    if (!isWholePool(run.scope)) {
      throw new GovernanceError("internal", "a run of a part of the pool was begun in an inventory");
    }
    const { fingerprint, describePool } = this.#parts.options;
    const pool = await describePool(AbortSignal.timeout(DESCRIBE_TIMEOUT_MS));
    const facts = factsOfPool(fingerprint.poolId, pool, run.startedAt);
    await this.#ask((service) => service.begin(run, facts, listings));
  }

  listings(): Promise<readonly ListingCursor[]> {
    return this.#ask((service) => service.listings());
  }

  async commit(page: SyncPage): Promise<readonly ListingCursor[]> {
    if (this.#parts.sendsAll) return await this.#ask((service) => service.commit(stagedPage(page)));
    // Most users of a page are in the run already: a sync reads each as often as it has memberships.
    const lacking = await this.#ask((service) => service.lacking(stagedKeys(page)));
    return await this.#ask((service) => service.commit(stagedPage(page, new Set(lacking))));
  }

  dropGroup(cursor: ListingCursor): Promise<void> {
    return this.#ask((service) => service.dropGroup(cursor));
  }

  rewind(cursors: readonly ListingCursor[]): Promise<void> {
    return this.#ask((service) => service.rewind(cursors));
  }

  previousMembers(groups: readonly string[]): Promise<readonly number[]> {
    return this.#ask((service) => service.previousMembers(groups));
  }

  unlisted(most: number): Promise<Unlisted> {
    return this.#ask((service) => service.unlisted(most));
  }

  check(options: PublishOptions): Promise<void> {
    return this.#ask((service) => service.check(options));
  }

  async publish(options: PublishOptions, signal: AbortSignal): Promise<PublishedInventory> {
    const sink = {
      beginOrigins: () => this.#ask((service) => service.beginOrigins()),
      addOrigins: (origins: Parameters<InventoryService["addOrigins"]>[0]) =>
        this.#ask((service) => service.addOrigins(origins)),
    };
    const originsKnown = await passOrigins(sink, this.#parts.options.changeOrigins, signal);
    return await this.#ask((service) => service.publish({ ...options, originsKnown }, signal));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#ask((service) => service.close());
  }

  async #ask<T>(call: (service: InventoryService) => Promise<AnsweredWithState<T>>): Promise<T> {
    const { value, state } = await call(this.#parts.service);
    this.#state = state;
    return value;
  }
}

/** The pool is described from memory: the sync has just asked for it. */
const DESCRIBE_TIMEOUT_MS = 60_000;
