import { missingInventory } from "../../../../pkg/config/load-config.ts";
import { type InventoryPlace, parseInventoryPlace } from "../../../../pkg/inventory/place.ts";
import type { Context } from "../../process/context.ts";

/** Where the inventory of the settings is. */
export function requireInventory(
  text: string | undefined,
  { env, user }: Pick<Context, "env" | "user">,
): InventoryPlace {
  if (text === undefined) throw missingInventory();
  return parseInventoryPlace(text, { env, home: env["HOME"], user });
}
