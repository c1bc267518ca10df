import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import type { ReportOptions } from "../../pkg/report/write-page.ts";

const never = new AbortController().signal;

export interface ReportAsked {
  /** The inventory, a file of SQLite. */
  readonly inventory: string;
  readonly poolId: string;
  readonly path: string;
  readonly now?: Date;
  readonly since?: Date;
}

/** Writes a report over an inventory in SQLite, in one state of it. */
export async function reportOver<T>(
  { inventory, poolId, path, now = new Date("2026-11-21T09:00:00.000Z"), since = new Date(0) }: ReportAsked,
  write: (options: ReportOptions) => Promise<T>,
): Promise<T> {
  const reader = await openInventoryReader({ engine: "sqlite", name: inventory }, never);
  try {
    return await reader.snapshot(
      (one) => write({ source: { reader: one, poolId, since }, now, version: "1.2.3", path }),
      never,
    );
  } finally {
    await reader.close();
  }
}
