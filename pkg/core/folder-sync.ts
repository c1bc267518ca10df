import { errnoOf } from "./unknown.ts";

/**
 * Whether this failure of a folder's fsync says that the file system has none for folders, as over FUSE and some networks.
 * Then a rename is as durable as it can be there. The same failure for a file would mean that its bytes may be lost.
 */
export function hasNoFolderSync(error: unknown): boolean {
  return WITHOUT.has(errnoOf(error));
}

const WITHOUT: ReadonlySet<string> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"]);
