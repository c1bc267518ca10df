import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import type { InventoryPlace } from "../../../../pkg/inventory/place.ts";
import type { QueryReader } from "../../../../pkg/inventory/reader.ts";
import { readInProcesses } from "../../../../pkg/inventory/sqlite/query-processes.ts";
import { startQueryProcess } from "./start-query-process.ts";

/** Opens an inventory for SQL of anybody: what a query does cannot outlast its time or the caller's signal. */
export async function openQueryReader(
  place: InventoryPlace,
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<QueryReader> {
  if (place.engine === "postgres") return await openInventoryReader(place, signal);
  return readInProcesses(place.name, () => startQueryProcess(cwd));
}
