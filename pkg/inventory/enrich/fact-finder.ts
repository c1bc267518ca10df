import type { EpochClock, EpochMs } from "../../core/clock.ts";
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
  readonly now: EpochClock;
  /** The inventory cannot be read: for a while all of it is unknown. Must not throw. */
  readonly onFailure: (failure: GovernanceError) => void;
}

export interface FactFinder {
  readonly find: FindUserFacts;
  close(): Promise<void>;
}

/** Finds facts in the inventory. Opens it at the first question. */
export function createFactFinder({ open, poolId, facts, now, onFailure }: FactFinderOptions): FactFinder {
  let current: { readonly reader: Promise<InventoryReader>; readonly untilMs: EpochMs } | undefined;
  let pausedUntilMs: EpochMs = 0;

  async function reopen(signal: AbortSignal): Promise<InventoryReader> {
    await close();
    const reader = open(signal);
    current = { reader, untilMs: now() + READER_MS };
    return await reader;
  }

  async function close(): Promise<void> {
    const last = current;
    current = undefined;
    try {
      await (await last?.reader)?.close();
    } catch {
      // It is not used any more.
    }
  }

  async function ask(reader: InventoryReader, subs: readonly string[], signal: AbortSignal) {
    return await knownFacts(reader, poolId, facts, subs, signal);
  }

  return {
    async find(subs, signal) {
      if (subs.length === 0 || now() < pausedUntilMs) return new Map();
      try {
        if (current !== undefined && now() < current.untilMs) {
          try {
            return await ask(await current.reader, subs, signal);
          } catch {
            // The connection may have ended since: a new one says whether the inventory has.
            signal.throwIfAborted();
          }
        }
        return await ask(await reopen(signal), subs, signal);
      } catch (error) {
        signal.throwIfAborted();
        pausedUntilMs = now() + PAUSE_MS;
        await close();
        onFailure(GovernanceError.from(error));
        return new Map();
      }
    },
    close,
  };
}
