// Who may write the files that the program obeys. A setting can send passwords to another endpoint, and a token file says
// who may call, so a file that somebody else may write is that person's word and not the operator's.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { openToRead, readOpened } from "./read-at-most.ts";

const GROUP_OR_OTHERS_WRITE = 0o022;
const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const OTHERS_READ = 0o004;
/** In a directory with this bit, only the owner of a file may replace it. */
const STICKY = 0o1000;
const MAX_BYTES = 1024 * 1024;

/** The user that the process runs as; undefined on systems without such users, where nothing is checked. */
export type Uid = number | undefined;

/**
 * Reads a configuration file that nobody named: it counts only when this user or root put it there. Throws one line
 * otherwise; errors of the file system as they are.
 */
export function readFoundFile(path: string, uid: Uid): string {
  const link = lstatSync(path);
  if (link.isSymbolicLink()) {
    if (uid !== undefined && !isOurs(link, uid)) throw notOurs(path, link, "the link ");
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      throw refused(path, "is a link to a file that does not exist", "remove the link, or mend it");
    }
  }
  if (uid === undefined) return readFileSync(path, "utf8");
  // Without O_NONBLOCK a fifo would keep the program waiting for a writer.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const file = fstatSync(fd);
    if (!file.isFile()) throw refused(path, "is not a regular file", "remove it");
    if (!isOurs(file, uid)) throw notOurs(path, file);
    requireOwnWrites(path, file);
    for (const directory of new Set([dirname(path), dirname(realpathSync(path))])) {
      requireOwnDirectory(path, directory, uid);
    }
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

/** Reads a configuration file that the operator named, no matter who owns it. */
export function readNamedFile(path: string, uid: Uid, warn: (line: string) => void): string {
  const opened = openToRead(path);
  try {
    const file = fstatSync(opened.fd);
    if (uid !== undefined) {
      requireOwnWrites(path, file);
      if (!isOurs(file, uid)) {
        warn(
          `${path} belongs to another user (uid ${file.uid}), who can change the settings of this program`,
        );
      }
    }
    const bytes = readOpened(opened, MAX_BYTES);
    if (bytes === undefined) throw refused(path, "is longer than 1 MiB", "make it shorter");
    return bytes.toString();
  } finally {
    closeSync(opened.fd);
  }
}

/** What a file holds that a setting names: a `secret`, or what decides whom the service trusts. */
export type Holds = "secret" | "trust";

/** Throws when anybody may write the file, and warns of what its owner and its mode allow besides. A file that cannot be reached is left to its reader. */
export function checkModeOf(
  path: string,
  label: string,
  holds: Holds,
  { uid, warn }: { readonly uid: Uid; readonly warn: (line: string) => void },
): void {
  const file = uid === undefined ? undefined : statIfPossible(path);
  if (file === undefined || !file.isFile()) return;
  if ((file.mode & OTHERS_WRITE) !== 0) {
    throw refused(
      `${label}: ${path}`,
      `may be written by every user (mode ${modeOf(file)})`,
      `run chmod o-w ${path}`,
    );
  }
  // The files of a Kubernetes secret belong to root.
  if (uid !== undefined && !isOurs(file, uid)) {
    warn(
      `${label}: ${path} belongs to another user (uid ${file.uid}), who can change it; give it to this user or to root`,
    );
  }
  const open = [
    ...((file.mode & GROUP_WRITE) === 0 ? [] : ["written by its group"]),
    ...(holds === "secret" && (file.mode & OTHERS_READ) !== 0 ? ["read by every user"] : []),
  ];
  if (open.length === 0) return;
  const cure = holds === "secret" ? "chmod g-w,o-rwx" : "chmod g-w";
  warn(`${label}: ${path} may be ${open.join(" and ")} (mode ${modeOf(file)}); run ${cure} ${path}`);
}

/** A user who may write a directory may replace the files in it. */
function requireOwnDirectory(path: string, directory: string, uid: number): void {
  const found = statSync(directory);
  if (!isOurs(found, uid)) throw notOurs(path, found, "the directory of ");
  if ((found.mode & GROUP_OR_OTHERS_WRITE) === 0 || (found.mode & STICKY) !== 0) return;
  throw refused(
    path,
    `is in a directory in which its group or others may replace it (mode ${modeOf(found)})`,
    `run chmod go-w ${directory}, or name the file with --config`,
  );
}

function requireOwnWrites(path: string, file: Stats): void {
  if ((file.mode & GROUP_OR_OTHERS_WRITE) === 0) return;
  throw refused(
    path,
    `may be written by its group or by others (mode ${modeOf(file)})`,
    `check what it says, then run chmod go-w ${path}`,
  );
}

function statIfPossible(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isOurs({ uid: owner }: Stats, uid: number): boolean {
  return owner === uid || owner === 0;
}

function notOurs(path: string, { uid }: Stats, what = ""): GovernanceError {
  return refused(
    `${what}${path}`,
    `belongs to another user (uid ${uid})`,
    "remove it, or name the file with --config if you trust it",
  );
}

function refused(path: string, why: string, cure: string): GovernanceError {
  return new GovernanceError("invalid-argument", `${path} ${why}, so it is not used; ${cure}`);
}

export function modeOf({ mode }: Stats): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
