import type { OpenTarget } from "../sync/target.ts";
import type { InventoryPlace } from "./place.ts";
import { openPostgresTarget } from "./postgres/target/postgres-target.ts";
import { openSqliteTarget } from "./sqlite/target/sqlite-target.ts";
import type { InventoryTargetOptions } from "./target/options.ts";
import type { PublishedInventory } from "./target/published.ts";

/** An inventory as the target of a sync. Both work in this thread; of PostgreSQL that is the sending of rows. */
export function openInventoryTarget(
  place: InventoryPlace,
  options: InventoryTargetOptions,
): OpenTarget<PublishedInventory> {
  switch (place.engine) {
    case "sqlite":
      return (signal) => openSqliteTarget(place.name, options, signal);
    case "postgres":
      return (signal) => openPostgresTarget(place.access, options, signal);
  }
}
