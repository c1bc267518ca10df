import { openStateDirectory, workPathOf, writableTarget } from "../sqlite/paths.ts";

/** Every file of one target. All but the target are ours: under the lock they may be removed at any time. */
export interface SyncPaths {
  /** The `.c1z` itself, symbolic links followed. */
  readonly target: string;
  /** The next target while it is written: beside it, since only there a rename is atomic. */
  readonly packing: string;
  /** Beside the target, so that it is the same one whatever the state directory (STORE-3). */
  readonly lock: string;
  /** The run being read. Any run that is not of the whole pool has its own, so that neither discards the other. */
  readonly work: string;
  /** The run being read that is not of the whole pool. */
  readonly partialWork: string;
  /** Where an earlier version, or another state directory, kept the runs: beside the target. None where they are still. */
  readonly earlierWork: readonly string[];
  /** The old target, unpacked. */
  readonly previous: string;
  /** The database of the next target, before it is packed. */
  readonly next: string;
}

/**
 * Where every file goes. `invalid-argument` names what cannot be written and why. The state directory is created when it
 * is missing. The target's is not, since a missing one is more likely a typing error.
 */
export function syncPaths(file: string, stateDir: string, { isPartial = false } = {}): SyncPaths {
  const target = writableTarget(file);
  const beside = `${target}.work`;
  const work = workPathOf(target, openStateDirectory(stateDir));
  const partialWork = `${work}-partial`;
  return {
    target,
    packing: `${target}.tmp`,
    lock: `${target}.work-lock`,
    work: isPartial ? partialWork : work,
    partialWork,
    earlierWork: work === beside ? [] : [beside, `${beside}-partial`],
    previous: `${work}-previous`,
    next: `${work}-next`,
  };
}
