import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UserFact } from "../../pkg/core/user-facts.ts";
import {
  type EnrichmentOptions,
  type EnrichmentReport,
  runEnrichment,
} from "../../pkg/inventory/enrich/enrichment.ts";
import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import { openInventoryWriter } from "../../pkg/inventory/open-writer.ts";
import { type InventoryPlace, parseInventoryPlace } from "../../pkg/inventory/place.ts";
import type { InventoryReader, SqlCell } from "../../pkg/inventory/reader.ts";
import { createInventoryFile } from "../../pkg/inventory/sqlite/inventory-file.ts";
import type { InventoryWriter } from "../../pkg/inventory/writer.ts";
import type { Pool } from "../cognito/pool.ts";
import { createMemoryCognito, type MemoryCognito } from "./memory-directory.ts";

const never = new AbortController().signal;

export interface EnrichStage {
  readonly cognito: MemoryCognito;
  readonly reader: InventoryReader;
  readonly writer: InventoryWriter;
  /** What the events said. */
  readonly said: string[];
  nowMs: number;
  /** Publishes the pool as it is now as the next run, in the simplest way. */
  publish(): Promise<void>;
  run(options?: Partial<EnrichmentOptions>, signal?: AbortSignal): Promise<EnrichmentReport>;
  rows(sql: string): Promise<readonly (readonly SqlCell[])[]>;
  /** The operations that were called, with the username. */
  calls(): readonly string[];
  close(): Promise<void>;
}

/** An inventory of a pool of the scripted Cognito in a file of SQLite, and what is read into it. */
export async function openEnrichStage(
  pool: Pool,
  facts: readonly UserFact[] = ["mfa", "last-sign-in"],
): Promise<EnrichStage> {
  const folder = mkdtempSync(join(tmpdir(), "enrich-"));
  const path = join(folder, "pool.db");
  createInventoryFile(path, () => 0).close();
  const stage = await enrichStageAt(parseInventoryPlace(path), pool, facts);
  return {
    ...stage,
    get nowMs() {
      return stage.nowMs;
    },
    set nowMs(value) {
      stage.nowMs = value;
    },
    async close() {
      await stage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The same over an inventory that exists and is empty. */
export async function enrichStageAt(
  place: InventoryPlace,
  pool: Pool,
  facts: readonly UserFact[] = ["mfa", "last-sign-in"],
): Promise<EnrichStage> {
  let nowMs = Date.parse("2026-11-20T12:00:00Z");
  const reader = await openInventoryReader(place, never);
  const writer = await openInventoryWriter(place, never);
  const cognito = createMemoryCognito(pool, () => nowMs);
  const { id, tier } = pool.settings;
  const said: string[] = [];

  const truth = (value: boolean): string => (reader.engine === "sqlite" ? `${Number(value)}` : `${value}`);

  async function rows(sql: string) {
    const found: (readonly SqlCell[])[] = [];
    for await (const row of (await reader.query(sql)).rows) found.push(row);
    return found;
  }

  return {
    cognito,
    reader,
    writer,
    said,
    rows,
    get nowMs() {
      return nowMs;
    },
    set nowMs(value) {
      nowMs = value;
    },
    calls: () => cognito.stats.calls.map(({ operation, username }) => `${operation} ${username}`),
    async publish() {
      const now = new Date(nowMs).toISOString();
      await writer.transaction(async (session) => {
        const [[last = 0] = []] = await session.read("SELECT max(run) FROM runs");
        const run = Number(last) + 1;
        const kept = new Set(pool.allUsers().map(({ sub }) => sub));
        const current = await session.read("SELECT sub FROM users WHERE to_run IS NULL");
        const gone = current.map(([sub]) => String(sub)).filter((sub) => !kept.has(sub));
        await session.run("UPDATE users SET to_run = ? WHERE to_run IS NULL", [run]);
        for (const user of pool.allUsers()) {
          await session.run(
            `INSERT INTO users (pool_id, sub, username, enabled, status, federated, created_at, modified_at, attributes,
               identities, from_run) VALUES (?, ?, ?, ${truth(true)}, ?, ${truth(false)}, ?, ?, '{}', '[]', ?)`,
            [id, user.sub, user.username, user.status, iso(user.createdMs), iso(user.modifiedMs), run],
          );
        }
        for (const [number, sub] of gone.entries()) {
          await session.run(
            "INSERT INTO recorded_changes (pool_id, change_number, run, kind, sub) VALUES (?, ?, ?, 'user_deleted', ?)",
            [id, run * 1000 + number, run, sub],
          );
        }
        await session.run(`INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, ${truth(true)})`, [
          id,
          run,
          `sync ${run}`,
          now,
          now,
          kept.size,
        ]);
        await session.run(
          `INSERT INTO pools (pool_id, region, tier, read_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (pool_id) DO UPDATE SET tier = excluded.tier`,
          [id, pool.settings.region, tier, now],
        );
      }, never);
    },
    run: (options = {}, signal = never) =>
      runEnrichment(
        {
          poolId: id,
          facts,
          perHour: 1000,
          source: cognito.directory,
          reader,
          writer,
          now: () => nowMs,
          events: {
            onOff: (fact, { reason }) => said.push(`${fact} off: ${reason}`),
            onLeftOut: (fact, { message }) => said.push(`${fact} left out: ${message}`),
            onPassedOver: (fact, { code }) => said.push(`${fact} passed over: ${code}`),
          },
          ...options,
        },
        signal,
      ),
    async close() {
      await reader.close();
      await writer.close();
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
