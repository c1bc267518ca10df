import { join } from "node:path";
import { lockFile, type TargetLock } from "../sqlite/lock.ts";
import { openStateDirectory } from "../sqlite/paths.ts";

/**
 * Takes the pool for one service among those with this state directory; undefined when another one holds it. A process
 * that is killed in any way holds it no more. `failed-precondition` when the directory cannot be written.
 */
export function lockService(stateDir: string, poolId: string): TargetLock | undefined {
  return lockFile(join(openStateDirectory(stateDir), `${poolId}.serve-lock`));
}
