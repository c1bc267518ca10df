import type { OpenTarget } from "../sync/target.ts";
import type { InventoryPlace } from "./place.ts";
import type { InventoryTargetOptions } from "./target/options.ts";
import type { PublishedInventory } from "./target/published.ts";

// Most commands use no inventory, so the modules of an engine are loaded when one is opened.

/** An inventory as the target of a sync. Both work in this thread; of PostgreSQL that is the sending of rows. */
export function openInventoryTarget(
  place: InventoryPlace,
  options: InventoryTargetOptions,
): OpenTarget<PublishedInventory> {
  switch (place.engine) {
    case "sqlite":
      return async (signal) => {
        const { openSqliteTarget } = await import("./sqlite/target/sqlite-target.ts");
        return await openSqliteTarget(place.name, options, signal);
      };
    case "postgres":
      return async (signal) => {
        const { openPostgresTarget } = await import("./postgres/target/postgres-target.ts");
        return await openPostgresTarget(place.access, options, signal);
      };
  }
}
