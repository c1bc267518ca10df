import { GovernanceError } from "../core/errors.ts";
import { firstRow, type NamedRow, namedRows } from "./named-row.ts";
import type { InventoryReader } from "./reader.ts";

/** One published reading of a pool. */
export interface InventoryRun {
  readonly poolId: string;
  readonly run: number;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

type Reader = Pick<InventoryReader, "query" | "name">;

/** More pools than a person reads in an error. */
const POOLS_NAMED = 10;

/** The pool that is asked for; without one, the only pool of the inventory. `invalid-argument` where it has several. */
export async function chosenPool(
  reader: Reader,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (wanted !== undefined) return wanted;
  const pools: string[] = [];
  const sql = `SELECT DISTINCT pool_id FROM runs ORDER BY pool_id LIMIT ${POOLS_NAMED}`;
  for await (const row of namedRows(reader, sql, [], { signal })) pools.push(row.text("pool_id"));
  if (pools[0] === undefined) {
    throw new GovernanceError(
      "not-found",
      `the inventory ${reader.name} has no run yet; connector sync --inventory writes one`,
    );
  }
  if (pools.length === 1) return pools[0];
  throw new GovernanceError(
    "invalid-argument",
    `the inventory ${reader.name} holds several pools (${pools.join(", ")}); name one with --user-pool-id`,
  );
}

const RUN = "SELECT pool_id, run, began_at, ended_at FROM runs WHERE pool_id = ?";

export async function newestRun(
  reader: Reader,
  poolId: string,
  signal: AbortSignal,
): Promise<InventoryRun | undefined> {
  return runOf(await firstRow(reader, `${RUN} ORDER BY run DESC LIMIT 1`, [poolId], { signal }));
}

export async function firstRun(
  reader: Reader,
  poolId: string,
  signal: AbortSignal,
): Promise<InventoryRun | undefined> {
  return runOf(await firstRow(reader, `${RUN} ORDER BY run LIMIT 1`, [poolId], { signal }));
}

/** The newest run that had ended at that moment: what was known of the pool then. */
export async function runAt(
  reader: Reader,
  poolId: string,
  at: Date,
  signal: AbortSignal,
): Promise<InventoryRun | undefined> {
  const sql = `${RUN} AND ended_at <= ? ORDER BY run DESC LIMIT 1`;
  return runOf(await firstRow(reader, sql, [poolId, at], { signal }));
}

/** The newest run that had begun before that moment. */
export async function runBegunBefore(
  reader: Reader,
  poolId: string,
  at: Date,
  signal: AbortSignal,
): Promise<InventoryRun | undefined> {
  const sql = `${RUN} AND began_at < ? ORDER BY run DESC LIMIT 1`;
  return runOf(await firstRow(reader, sql, [poolId, at], { signal }));
}

export async function runNumbered(
  reader: Reader,
  poolId: string,
  run: number,
  signal: AbortSignal,
): Promise<InventoryRun | undefined> {
  return runOf(await firstRow(reader, `${RUN} AND run = ?`, [poolId, run], { signal }));
}

/** What is wrong where the inventory has no run of the pool. */
export function noRunOf(reader: Pick<Reader, "name">, poolId: string): GovernanceError {
  return new GovernanceError(
    "not-found",
    `the inventory ${reader.name} has no run of the pool ${poolId} yet; connector sync --inventory writes one`,
  );
}

function runOf(row: NamedRow | undefined): InventoryRun | undefined {
  if (row === undefined) return undefined;
  return {
    poolId: row.text("pool_id"),
    run: row.number("run"),
    beganAt: row.time("began_at"),
    endedAt: row.time("ended_at"),
  };
}
