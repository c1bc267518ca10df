import { tmpdir } from "node:os";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { WHOLE_POOL } from "../../../../pkg/core/sync-scope.ts";
import { openC1zSide } from "../../../../pkg/diff/c1z-side.ts";
import { inventorySide } from "../../../../pkg/diff/inventory-side.ts";
import type { Side, SideScope } from "../../../../pkg/diff/side.ts";
import type { InventoryReader } from "../../../../pkg/inventory/reader.ts";
import {
  chosenPool,
  firstRun,
  type InventoryRun,
  newestRun,
  noRunOf,
  runAt,
  runNumbered,
} from "../../../../pkg/inventory/runs.ts";
import type { SidePlace } from "./side-place.ts";

export interface SideSources {
  /** The pool that the settings name. */
  readonly poolId: string | undefined;
  /** Opens the inventory; rejects where no setting names one. */
  readonly openInventory: () => Promise<InventoryReader>;
  /** Reads the pool of the settings. Undefined where no side is live. */
  readonly readLive: ((scope: SideScope) => Promise<Side>) | undefined;
  readonly allowDifferentPools: boolean;
  readonly signal: AbortSignal;
}

/** Opens both sides: a live one last, since it reads only what the other one has, and takes the longest. */
export async function openSides(
  [older, newer]: readonly [SidePlace, SidePlace],
  sources: SideSources,
): Promise<readonly [Side, Side]> {
  const opened: Side[] = [];
  const open = async (place: SidePlace): Promise<Side> => {
    const side = await openSide(place, opened[0], sources);
    opened.push(side);
    return side;
  };
  try {
    const isLate = older.kind === "live" || (older.kind !== "file" && newer.kind === "file");
    if (!isLate) return [await open(older), await open(newer)];
    const other = await open(newer);
    return [await open(older), other];
  } catch (error) {
    for (const side of opened) await side.close();
    throw error;
  }
}

async function openSide(place: SidePlace, other: Side | undefined, sources: SideSources): Promise<Side> {
  const { poolId, readLive, signal } = sources;
  switch (place.kind) {
    case "file": {
      const { file, run, text } = place;
      const side = await openC1zSide({ file, run, name: text, tempDir: tmpdir() }, signal);
      return await checked(side, other, sources);
    }
    case "live": {
      if (readLive === undefined || poolId === undefined)
        throw new GovernanceError("internal", "no pool to read");
      requireSamePool("live", poolId, other, sources);
      return await readLive(other?.scope ?? { ...WHOLE_POOL, userIdKind: "sub" });
    }
    case "run":
    case "time": {
      const reader = await sources.openInventory();
      try {
        const pool = await chosenPool(reader, poolId ?? other?.poolId, signal);
        const run = await runOf(place, pool, reader, signal);
        const openOther = sources.openInventory;
        return await checked(
          inventorySide({ reader, openOther, run, name: place.text, signal }),
          other,
          sources,
        );
      } catch (error) {
        await reader.close();
        throw error;
      }
    }
  }
}

async function runOf(
  place: Extract<SidePlace, { kind: "run" | "time" }>,
  poolId: string,
  reader: InventoryReader,
  signal: AbortSignal,
): Promise<InventoryRun> {
  const found =
    place.kind === "time"
      ? await runAt(reader, poolId, new Date(place.atMs), signal)
      : place.run === "newest"
        ? await newestRun(reader, poolId, signal)
        : await runNumbered(reader, poolId, place.run, signal);
  if (found !== undefined) return found;
  const [first, newest] = [await firstRun(reader, poolId, signal), await newestRun(reader, poolId, signal)];
  if (first === undefined || newest === undefined) throw noRunOf(reader, poolId);
  throw new GovernanceError(
    "not-found",
    place.kind === "time"
      ? `${place.text}: the inventory knows nothing of that time; its first run ended ${first.endedAt.toISOString()}`
      : `${place.text}: there is no such run; the inventory has the runs ${first.run} to ${newest.run}`,
  );
}

async function checked(side: Side, other: Side | undefined, sources: SideSources): Promise<Side> {
  try {
    requireSamePool(side.name, side.poolId, other, sources);
    return side;
  } catch (error) {
    await side.close();
    throw error;
  }
}

function requireSamePool(
  name: string,
  poolId: string,
  other: Side | undefined,
  { allowDifferentPools }: SideSources,
): void {
  if (other === undefined || other.poolId === poolId || allowDifferentPools) return;
  throw new GovernanceError(
    "failed-precondition",
    `${other.name} is of the pool ${other.poolId}, and ${name} of the pool ${poolId}; --allow-different-pools compares them all the same`,
  );
}
