import { GovernanceError } from "../core/errors.ts";
import type { OpenTarget } from "../sync/target.ts";
import type { InventoryPlace } from "./place.ts";
import { openSqliteTarget } from "./sqlite/target/sqlite-target.ts";
import type { InventoryTargetOptions } from "./target/options.ts";
import type { PublishedInventory } from "./target/published.ts";

/** An inventory as the target of a sync. It works in this thread; PostgreSQL works elsewhere in any case. */
export function openInventoryTarget(
  place: InventoryPlace,
  options: InventoryTargetOptions,
): OpenTarget<PublishedInventory> {
  switch (place.engine) {
    case "sqlite":
      return (signal) => openSqliteTarget(place.name, options, signal);
    case "postgres":
      return () =>
        Promise.reject(
          new GovernanceError("unimplemented", "an inventory in PostgreSQL cannot be filled yet"),
        );
  }
}
