import type { InventoryPlace } from "./place.ts";
import { openPostgresReader } from "./postgres/reader/postgres-reader.ts";
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
      return await openSqliteReader(place.name, signal);
    case "postgres":
      return await openPostgresReader(place.access, signal);
  }
}
