import type { InventoryPlace } from "./place.ts";
import type { InventoryWriter } from "./writer.ts";

/** `failed-precondition` when there is no inventory, or it is of another program or of a newer version. */
export async function openInventoryWriter(
  place: InventoryPlace,
  signal: AbortSignal,
): Promise<InventoryWriter> {
  signal.throwIfAborted();
  switch (place.engine) {
    case "sqlite": {
      const { openSqliteWriter } = await import("./sqlite/sqlite-writer.ts");
      return await openSqliteWriter(place.name, signal);
    }
    case "postgres": {
      const { openPostgresWriter } = await import("./postgres/postgres-writer.ts");
      return await openPostgresWriter(place.access, signal);
    }
  }
}
