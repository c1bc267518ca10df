// Who may change the state directory. Anybody who may write it, or a folder above it, can replace the journal and the
// limits of an hour, and can cut the audit log.
import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { modeOf, type Uid } from "./file-trust.ts";

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const SET_GROUP_ID = 0o2000;
const STICKY = 0o1000;
/** How a user namespace shows an owner that it does not know, such as the machine's root in a rootless container. */
const UNMAPPED = 65534;

export interface StateOwner {
  readonly uid: Uid;
  /** All groups of the process. */
  readonly gids: readonly number[];
  readonly warn: (line: string) => void;
}

/**
 * Throws one line when another user owns the directory or a folder above it, or may write there. What does not exist yet
 * is created for this user only, so the check begins at the nearest folder that exists. What cannot be read is left to
 * the writer.
 */
export function requireOwnStateDirectory(label: string, path: string, owner: StateOwner): void {
  const { uid } = owner;
  if (uid === undefined) return;
  for (const { directory, found, isMount, isState } of foldersOf(path)) {
    const isKnown = found.uid === uid || found.uid === 0 || (!isState && found.uid === UNMAPPED);
    if (!isKnown) {
      throw refused(
        label,
        directory,
        `belongs to another user (uid ${found.uid})`,
        isState ? `run as that user, or run chown ${uid} ${directory}` : "",
      );
    }
    // In a folder with this bit nobody renames or removes what belongs to somebody else.
    if (!isState && (found.mode & STICKY) !== 0) continue;
    if ((found.mode & OTHERS_WRITE) !== 0) {
      if (found.uid !== 0 || !isMount) {
        const why = `may be written by every user (mode ${modeOf(found)})`;
        throw refused(label, directory, why, (found.mode & STICKY) === 0 ? `run chmod o-w ${directory}` : "");
      }
      // The mode of an emptyDir in Kubernetes, where only the container reaches it.
      owner.warn(
        `${label}: ${directory} may be written by every user (mode ${modeOf(found)}), which is safe only where no other user reaches it, as in a container`,
      );
    } else if ((found.mode & GROUP_WRITE) !== 0 && !isOwnGroup(found, owner)) {
      const why = `may be written by the group ${found.gid} (mode ${modeOf(found)})`;
      throw refused(label, directory, why, `run chmod g-w ${directory}`);
    }
  }
}

/**
 * A group of this process that root has given the folder to, or that the folder passes on: Kubernetes does both with the
 * `fsGroup` of a pod. Or the group that a user has alone, by custom of the same number.
 */
function isOwnGroup({ uid, gid, mode }: Stats, { gids }: StateOwner): boolean {
  return gids.includes(gid) && (uid === 0 || gid === uid || (mode & SET_GROUP_ID) !== 0);
}

interface Folder {
  readonly directory: string;
  readonly found: Stats;
  readonly isMount: boolean;
  readonly isState: boolean;
}

/** The folder, or the nearest above it that exists, and all that are above that one. */
function foldersOf(path: string): readonly Folder[] {
  const folders: Folder[] = [];
  try {
    const nearest = nearestExisting(path);
    let directory = realpathSync(nearest);
    for (;;) {
      const parent = dirname(directory);
      const found = statSync(directory);
      const isMount = parent === directory || statSync(parent).dev !== found.dev;
      folders.push({ directory, found, isMount, isState: nearest === path && folders.length === 0 });
      if (parent === directory) return folders;
      directory = parent;
    }
  } catch {
    return folders;
  }
}

function nearestExisting(path: string): string {
  const exists = statSync(path, { throwIfNoEntry: false }) !== undefined;
  return exists ? path : nearestExisting(dirname(path));
}

function refused(label: string, directory: string, why: string, cure: string): GovernanceError {
  const cures = [...(cure === "" ? [] : [cure]), "name a directory of this user with --state-dir"];
  return new GovernanceError(
    "invalid-argument",
    `${label}: ${directory} ${why}, so no state is kept there; ${cures.join(", or ")}`,
  );
}
