// What the scheduled syncs of a day publish, read as soon as the log says so: the next one is at least a minute away.

import type { DayInventory } from "./serve-inventory.ts";
import type { Ledger } from "./serve-ledger.ts";
import { readingOfFile } from "./serve-tasks.ts";

export interface SyncPlaces {
  readonly file: string;
  readonly inventory: DayInventory;
}

export const INTO_INVENTORY = "a scheduled sync into the inventory";

export function followSyncs(ledger: Ledger, { file, inventory }: SyncPlaces) {
  /** When the run under way began, in this process or an earlier one. */
  let beganMs: number | undefined;
  let isPublished = false;
  const reading: Promise<void>[] = [];
  const published = new Set<"file" | "inventory">();
  let idle = Promise.withResolvers<void>();

  function line(entry: Readonly<Record<string, unknown>>): void {
    const atMs = momentOf(entry["time"]);
    if (entry["msg"] === "serving gRPC") idle = Promise.withResolvers();
    if (entry["msg"] === "waiting for the next sync") idle.resolve();
    if (entry["msg"] === "starting a scheduled sync") {
      if (isPublished) beganMs = undefined;
      isPublished = false;
      beganMs ??= atMs;
    }
    if (entry["msg"] === "the scheduled sync failed") {
      ledger.refusals.push({
        what: "a scheduled sync",
        code: String(entry["code"]),
        text: typeof entry["error"] === "string" ? entry["error"] : "",
      });
    }
    if (entry["msg"] !== "synced" || beganMs === undefined) return;
    if (entry["file"] === file) {
      isPublished = true;
      published.add("file");
      read(readingOfFile({ ledger }, "a scheduled sync into the file", file, beganMs));
    }
    if (entry["inventory"] === inventory.name) {
      isPublished = true;
      published.add("inventory");
      read(readInventory(beganMs));
    }
  }

  function read(work: Promise<void>): void {
    reading.push(
      work.catch(
        (error: unknown) =>
          void ledger.differences.push(`what a sync has published cannot be read: ${String(error)}`),
      ),
    );
  }

  async function readInventory(fromMs: number): Promise<void> {
    const keys = await inventory.read();
    ledger.readings.push({
      what: INTO_INVENTORY,
      fromMs,
      askedMs: fromMs,
      toMs: Date.now(),
      keys,
      cover: "inventory",
    });
  }

  return {
    line,
    /** Resolves when the process that serves now has no sync under way. */
    idle: () => idle.promise,
    /** Whether one of the day has published there. */
    hasPublished: (where: "file" | "inventory") => published.has(where),
    done: () => Promise.all(reading),
  };
}

const momentOf = (time: unknown): number => (typeof time === "number" ? time : Date.parse(String(time)));
