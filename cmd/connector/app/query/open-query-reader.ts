import type { InventoryPlace } from "../../../../pkg/inventory/place.ts";
import { openPostgresReader } from "../../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import type { QueryReader } from "../../../../pkg/inventory/reader.ts";
import { readInProcesses } from "../../../../pkg/inventory/sqlite/query-processes.ts";
import type { Context } from "../../process/context.ts";
import { startQueryProcess } from "./start-query-process.ts";

/** Opens an inventory for SQL of anybody: it only reads, and what it does cannot outlast its time or the caller's signal. */
export async function openQueryReader(
  place: InventoryPlace,
  context: Pick<Context, "cwd" | "env" | "signal">,
): Promise<QueryReader> {
  if (place.engine === "postgres") {
    return await openPostgresReader(place.access, context.signal, { ofAnybody: true });
  }
  return readInProcesses(place.name, () => startQueryProcess(context));
}
