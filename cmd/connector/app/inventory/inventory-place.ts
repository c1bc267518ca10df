import { missingInventory } from "../../../../pkg/config/load-config.ts";
import type { InventorySetting } from "../../../../pkg/core/inventory-setting.ts";
import { type InventoryPlace, parseInventoryPlace } from "../../../../pkg/inventory/place.ts";
import type { Context } from "../../process/context.ts";

/** Where the inventory of the settings is. */
export function requireInventory(
  inventory: InventorySetting | undefined,
  { env, user }: Pick<Context, "env" | "user">,
): InventoryPlace {
  if (inventory === undefined) throw missingInventory();
  return parseInventoryPlace(inventory, { env, home: env["HOME"], user });
}
