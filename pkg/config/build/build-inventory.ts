import type { InventorySetting } from "../../core/inventory-setting.ts";
import { Secret } from "../../core/secret.ts";
import type { Settings } from "../sources/read-settings.ts";

/** Undefined: none is named. */
export function inventorySetting({ values }: Pick<Settings, "values">): InventorySetting | undefined {
  const { inventory: place, "inventory-password": password } = values;
  if (place === undefined) return undefined;
  return { place, password: password === undefined ? undefined : new Secret(password) };
}
