import type { MonotonicClock, MonotonicMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { FindUserFacts, UserFact } from "../../core/user-facts.ts";
import type { InventoryReader } from "../reader.ts";
import { knownFacts } from "./find-facts.ts";

/** A connection is used this long, so that an inventory that was moved or restored is found again. */
const READER_MS = 10 * 60_000;
/** After a failure nothing is asked this long: each page of a listing would wait for it. */
const PAUSE_MS = 60_000;

export interface FactFinderOptions {
  readonly open: (signal: AbortSignal) => Promise<InventoryReader>;
  readonly poolId: string;
  readonly facts: readonly UserFact[];
  readonly monotonic: MonotonicClock;
  /** The inventory cannot be read: for a while all of it is unknown. Must not throw. */
  readonly onFailure: (failure: GovernanceError) => void;
}

export interface FactFinder {
  readonly find: FindUserFacts;
  close(): Promise<void>;
}

interface Connection {
  readonly reader: Promise<InventoryReader>;
  readonly until: MonotonicMs;
}

/** Finds facts in the inventory. Opens it at the first question. */
export function createFactFinder({
  open,
  poolId,
  facts,
  monotonic,
  onFailure,
}: FactFinderOptions): FactFinder {
  let current: Connection | undefined;
  let pausedUntil: MonotonicMs = 0;

  /** One for all pages that are read at the same time. Another than the one that failed. */
  function connection(signal: AbortSignal, failed?: Connection): Connection {
    const last = current;
    if (last !== undefined && last !== failed && monotonic() < last.until) return last;
    current = { reader: closed(last).then(() => open(signal)), until: monotonic() + READER_MS };
    return current;
  }

  async function close(): Promise<void> {
    const last = current;
    current = undefined;
    await closed(last);
  }

  async function ask({ reader }: Connection, subs: readonly string[], signal: AbortSignal) {
    return await knownFacts(await reader, poolId, facts, subs, signal);
  }

  return {
    async find(subs, signal) {
      if (subs.length === 0 || monotonic() < pausedUntil) return new Map();
      try {
        const earlier = current;
        const one = connection(signal);
        try {
          return await ask(one, subs, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (one !== earlier) throw error;
        }
        // The connection may have ended since: a new one says whether the inventory has.
        return await ask(connection(signal, one), subs, signal);
      } catch (error) {
        signal.throwIfAborted();
        pausedUntil = monotonic() + PAUSE_MS;
        await close();
        onFailure(GovernanceError.from(error));
        return new Map();
      }
    },
    close,
  };
}

async function closed(connection: Connection | undefined): Promise<void> {
  try {
    await (await connection?.reader)?.close();
  } catch {
    // It is not used any more.
  }
}
