import { join } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { openStateDirectory } from "../../sqlite/paths.ts";

/** Every file of one pool's journal. */
export interface JournalPaths {
  readonly directory: string;
  readonly database: string;
  readonly key: string;
  /** Prefix of the names of the owners' locks (JOURNAL-4). */
  readonly ownerPrefix: string;
}

/** The paths, after a check that they can be used. Creates the directory, for this user only. */
export function journalPaths(dir: string, poolId: string): JournalPaths {
  if (!/^[\w-]+$/.test(poolId)) {
    throw new GovernanceError("invalid-argument", `user-pool-id ${JSON.stringify(poolId)} is not a pool id`);
  }
  const directory = openStateDirectory(dir);
  return {
    directory,
    database: journalDatabasePath(directory, poolId),
    key: join(directory, `${poolId}.journal.key`),
    ownerPrefix: `${poolId}.journal.owner-`,
  };
}

export function journalDatabasePath(directory: string, poolId: string): string {
  return join(directory, `${poolId}.journal.db`);
}
