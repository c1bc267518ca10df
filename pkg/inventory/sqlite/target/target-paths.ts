import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { openStateDirectory, writableTarget } from "../../../sqlite/paths.ts";

export interface InventoryPaths {
  /** The inventory itself, symbolic links followed. */
  readonly target: string;
  /** Beside it, so that it is the same one whatever the state directory. */
  readonly lock: string;
  /** The run being read. Each pool has its own, so that neither discards the other. */
  readonly work: string;
}

/** `invalid-argument` names what cannot be written and why. The state directory is created when it is missing. */
export function inventoryPaths(file: string, stateDir: string, poolId: string): InventoryPaths {
  const target = writableTarget(file);
  const mark = createHash("sha256").update(`${poolId}\0${target}`).digest("hex").slice(0, 12);
  return {
    target,
    lock: `${target}.work-lock`,
    work: join(openStateDirectory(stateDir), `${basename(target)}.work-${mark}`),
  };
}
