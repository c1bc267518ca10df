import type { CallOrigins } from "../core/call-origin.ts";
import type { EpochClock, EpochMs } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { Pool } from "../core/pool.ts";
import { createSingleFlight } from "../core/single-flight.ts";

/**
 * The settings of the pool, at most a minute old: Cognito describes pools fifteen times a second for the whole account, and
 * every new account and every change of attributes asks for them.
 */
export type RecentPool = (signal: AbortSignal) => Promise<Pool>;

const KEPT_MS = 60_000;

/** `forAll` runs a reading that several callers may wait for. A failure is not remembered. */
export function createRecentPool(
  directory: Pick<Directory, "describePool">,
  now: EpochClock,
  forAll: CallOrigins["forAll"] = (work) => work(),
): RecentPool {
  const reading = createSingleFlight<Pool>();
  let kept: { readonly pool: Pool; readonly atMs: EpochMs } | undefined;

  async function read(signal: AbortSignal): Promise<Pool> {
    const pool = await directory.describePool(signal);
    kept = { pool, atMs: now() };
    return pool;
  }

  return async (signal) => {
    // A clock that was set back makes nothing newer than it is.
    if (kept !== undefined && now() >= kept.atMs && now() - kept.atMs < KEPT_MS) return kept.pool;
    return await reading.run("", (inner) => forAll(() => read(inner)), signal);
  };
}
