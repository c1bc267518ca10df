import { GovernanceError } from "../core/errors.ts";
import type { InventoryPlace } from "./place.ts";
import type { InventoryReader } from "./reader.ts";
import { openSqliteReader } from "./sqlite/sqlite-reader.ts";

/** `failed-precondition` when there is no inventory, or it is of another program or of a newer version. */
export async function openInventoryReader(
  place: InventoryPlace,
  signal: AbortSignal,
): Promise<InventoryReader> {
  signal.throwIfAborted();
  switch (place.engine) {
    case "sqlite":
      return openSqliteReader(place.name);
    case "postgres":
      throw new GovernanceError("unimplemented", "an inventory in PostgreSQL cannot be read yet");
  }
}
