import type { InventorySetting } from "../../../pkg/core/inventory-setting.ts";
import type { InventoryPlace } from "../../../pkg/inventory/place.ts";
import { exposedHosts } from "../../../pkg/inventory/postgres/connection/access.ts";
import { requireInventory } from "../app/inventory/inventory-place.ts";
import type { Context } from "../process/context.ts";
import { printWarnings } from "../process/messages.ts";

/** The inventory that a command reads. Warns where others could read what comes from it. */
export function readingPlace(inventory: InventorySetting | undefined, context: Context): InventoryPlace {
  const place = requireInventory(inventory, context);
  if (place.engine === "postgres") printWarnings(exposedHosts(place.access), context);
  return place;
}
