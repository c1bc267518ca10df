import type { ChangeFeed } from "../../../../pkg/core/change-feed.ts";
import { createSingleFlight } from "../../../../pkg/core/single-flight.ts";
import { createInventoryFeed } from "../../../../pkg/inventory/events/inventory-feed.ts";
import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import type { InventoryPlace } from "../../../../pkg/inventory/place.ts";
import type { InventoryReader } from "../../../../pkg/inventory/reader.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { Shutdown } from "../../../../pkg/ops/shutdown.ts";

interface EventChangesOptions {
  readonly place: InventoryPlace;
  readonly poolId: string;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

/** The changes that the inventory has of the pool, for its feed of events. It is opened when it is first asked: a sync may make it later. */
export function eventChanges({ place, poolId, log, shutdown }: EventChangesOptions): ChangeFeed {
  const opening = createSingleFlight<InventoryReader>();
  let opened: InventoryReader | undefined;
  let hasWarned = false;
  shutdown.add("the inventory that the event feed reads", () => opened?.close());

  async function open(signal: AbortSignal): Promise<InventoryReader> {
    opened ??= await openInventoryReader(place, signal);
    return opened;
  }

  return createInventoryFeed({
    poolId,
    open: (signal) => opening.run("", open, signal),
    onMissing() {
      if (!hasWarned) {
        log.warn(
          `the event feed is empty until a sync fills the inventory ${place.name}: it does not exist yet`,
        );
      }
      hasWarned = true;
    },
  });
}
