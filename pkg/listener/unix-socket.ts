import { linkSync, lstatSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";

/** For its owner alone. */
const SOCKET_UMASK = 0o177;

/**
 * Runs the bind, which Node does at once, so that the socket has mode 0600 from its first moment: a chmod after it would
 * come too late for a peer that is already waiting.
 */
export function withPrivateMode(bind: () => void): void {
  const before = process.umask(SOCKET_UMASK);
  try {
    bind();
  } finally {
    process.umask(before);
  }
}

/**
 * Removes the socket that a killed process has left. False: it is in use, or not there any more. Throws
 * `failed-precondition` for a file of another kind.
 */
export async function removeStaleSocket(setting: string, path: string): Promise<boolean> {
  const found = statOf(path);
  if (found === undefined) return false;
  if (!found.isSocket()) {
    throw new GovernanceError(
      "failed-precondition",
      `${setting}: ${path} exists and is not a socket, so it is left as it is; choose another path`,
    );
  }
  if (!(await isRefused(path))) return false;
  // Another process may do the same now, and have put its own socket there since.
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  const moved = statOf(aside);
  const isSame = moved?.ino === found.ino && moved.mtimeNs === found.mtimeNs;
  try {
    if (!isSame) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  return isSame;
}

function statOf(path: string) {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** Only a socket without a listener refuses. */
function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", (error) => resolve(errnoOf(error) === "ECONNREFUSED"));
  });
}
