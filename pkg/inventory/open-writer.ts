import type { InventoryPlace } from "./place.ts";
import { openPostgresWriter } from "./postgres/postgres-writer.ts";
import { openSqliteWriter } from "./sqlite/sqlite-writer.ts";
import type { InventoryWriter } from "./writer.ts";

/** `failed-precondition` when there is no inventory, or it is of another program or of a newer version. */
export async function openInventoryWriter(
  place: InventoryPlace,
  signal: AbortSignal,
): Promise<InventoryWriter> {
  signal.throwIfAborted();
  switch (place.engine) {
    case "sqlite":
      return await openSqliteWriter(place.name, signal);
    case "postgres":
      return await openPostgresWriter(place.access, signal);
  }
}
