import type { InventoryPlace } from "./place.ts";
import type { InventoryReader } from "./reader.ts";

/** `failed-precondition` when there is no inventory, or it is of another program or of a newer version. */
export async function openInventoryReader(
  place: InventoryPlace,
  signal: AbortSignal,
): Promise<InventoryReader> {
  signal.throwIfAborted();
  switch (place.engine) {
    case "sqlite": {
      const { openSqliteReader } = await import("./sqlite/sqlite-reader.ts");
      return await openSqliteReader(place.name, signal);
    }
    case "postgres": {
      const { openPostgresReader } = await import("./postgres/reader/postgres-reader.ts");
      return await openPostgresReader(place.access, signal);
    }
  }
}
