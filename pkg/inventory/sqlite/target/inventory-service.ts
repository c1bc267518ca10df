import type { EpochClock } from "../../../core/clock.ts";
import { GovernanceError } from "../../../core/errors.ts";
import type { ListingCursor } from "../../../core/sync-plan.ts";
import type { PublishOptions, SyncRun } from "../../../sync/target.ts";
import type { ChangeOrigin } from "../../target/change-origins.ts";
import type { PoolFacts } from "../../target/pool-facts.ts";
import type { StagedKey, StagedPage } from "../staging/staged-page.ts";
import { openInventory } from "./find-inventory.ts";
import type { InventoryState, OpenInventory, SqliteTargetSettings } from "./open-inventory.ts";

export interface AnsweredWithState<T> {
  readonly value: T;
  readonly state: InventoryState;
}

/** An inventory as a target, by calls that are only data: they may come from another thread. */
export type InventoryService = ReturnType<typeof createInventoryService>;

export function createInventoryService(settings: SqliteTargetSettings, now: EpochClock) {
  let opened: OpenInventory | undefined;

  async function answer<T>(
    work: (inventory: OpenInventory) => T | Promise<T>,
  ): Promise<AnsweredWithState<T>> {
    if (opened === undefined) throw new GovernanceError("internal", "the inventory is not open");
    const value = await work(opened);
    return { value, state: opened.state };
  }

  return {
    async open() {
      opened = openInventory(settings, now);
      return await answer(() => undefined);
    },
    discard: () => answer((inventory) => inventory.discard()),
    begin: (run: SyncRun, pool: PoolFacts, listings: readonly ListingCursor[]) =>
      answer((inventory) => inventory.begin(run, pool, listings)),
    listings: () => answer((inventory) => inventory.listings()),
    commit: (page: StagedPage) => answer((inventory) => inventory.commit(page)),
    lacking: (keys: readonly StagedKey[]) => answer((inventory) => inventory.lacking(keys)),
    dropGroup: (cursor: ListingCursor) => answer((inventory) => inventory.dropGroup(cursor)),
    rewind: (cursors: readonly ListingCursor[]) => answer((inventory) => inventory.rewind(cursors)),
    previousMembers: (groups: readonly string[]) => answer((inventory) => inventory.previousMembers(groups)),
    unlisted: (most: number) => answer((inventory) => inventory.unlisted(most)),
    check: (options: PublishOptions) => answer((inventory) => inventory.check(options)),
    beginOrigins: () => answer((inventory) => inventory.beginOrigins()),
    addOrigins: (origins: readonly ChangeOrigin[]) => answer((inventory) => inventory.addOrigins(origins)),
    publish: (options: PublishOptions & { readonly originsKnown: boolean }, signal: AbortSignal) =>
      answer((inventory) => inventory.publish(options, signal)),
    close: () => answer((inventory) => inventory.close()),
  };
}
