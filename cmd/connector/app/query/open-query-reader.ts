import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import type { InventoryPlace } from "../../../../pkg/inventory/place.ts";
import type { QueryReader } from "../../../../pkg/inventory/reader.ts";
import { readInProcesses } from "../../../../pkg/inventory/sqlite/query-processes.ts";
import type { Context } from "../../process/context.ts";
import { startQueryProcess } from "./start-query-process.ts";

/** Opens an inventory for SQL of anybody: what a query does cannot outlast its time or the caller's signal. */
export async function openQueryReader(
  place: InventoryPlace,
  context: Pick<Context, "cwd" | "env" | "signal">,
): Promise<QueryReader> {
  if (place.engine === "postgres") return await openInventoryReader(place, context.signal);
  return readInProcesses(place.name, () => startQueryProcess(context));
}
