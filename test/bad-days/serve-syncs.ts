// What the scheduled syncs of a day publish, read as soon as the log says so: the next one is at least a minute away.

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { groupKey, memberKey, userKey } from "./serve-keys.ts";
import type { Ledger } from "./serve-ledger.ts";
import { readingOfFile } from "./serve-tasks.ts";

export interface SyncPlaces {
  readonly folder: string;
  readonly file: string;
  readonly inventory: string;
}

/** A process that begins or ends has the file to itself for a moment. */
const BUSY_MS = 5_000;

export function followSyncs(ledger: Ledger, { file, inventory }: SyncPlaces) {
  let beganMs: number | undefined;
  const reading: Promise<void>[] = [];
  let idle = Promise.withResolvers<void>();

  function line(entry: Readonly<Record<string, unknown>>): void {
    const atMs = momentOf(entry["time"]);
    if (entry["msg"] === "serving gRPC") idle = Promise.withResolvers();
    if (entry["msg"] === "waiting for the next sync") idle.resolve();
    if (entry["msg"] === "starting a scheduled sync") beganMs ??= atMs;
    if (entry["msg"] === "the scheduled sync failed") {
      ledger.refusals.push({
        what: "a scheduled sync",
        code: String(entry["code"]),
        text: typeof entry["error"] === "string" ? entry["error"] : "",
      });
    }
    if (entry["msg"] !== "synced" || beganMs === undefined) return;
    if (entry["file"] === file) {
      reading.push(readingOfFile({ ledger }, "a scheduled sync into the file", file, beganMs));
    }
    if (entry["inventory"] === inventory && existsSync(inventory)) readInventory(beganMs);
  }

  /** In one moment, whatever the next sync publishes meanwhile. */
  function readInventory(fromMs: number): void {
    const database = new DatabaseSync(inventory, { readOnly: true, timeout: BUSY_MS });
    try {
      database.exec("BEGIN");
      const all = (sql: string) => database.prepare(sql).all();
      const keys = [
        ...all("SELECT sub FROM current_users").map(({ sub }) => userKey(String(sub))),
        ...all("SELECT name FROM current_groups").map(({ name }) => groupKey(String(name))),
        ...all("SELECT group_name, sub FROM current_memberships").map(({ group_name, sub }) =>
          memberKey(String(sub), String(group_name)),
        ),
      ];
      ledger.readings.push({
        what: "a scheduled sync into the inventory",
        fromMs,
        askedMs: fromMs,
        toMs: Date.now(),
        keys,
        cover: "pool",
      });
    } finally {
      database.close();
    }
  }

  return {
    line,
    /** Resolves when the process that serves now has no sync under way. */
    idle: () => idle.promise,
    done: () => Promise.all(reading),
  };
}

const momentOf = (time: unknown): number => (typeof time === "number" ? time : Date.parse(String(time)));
