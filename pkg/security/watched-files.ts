import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";

/** The result of reading a changed file again. */
export interface ReloadEvent {
  /** Such as `the TLS certificate`. */
  readonly subject: string;
  /**
   * Undefined when the new content is in force. `PartlyInForce`: all of it that can be used is. `NothingInForce`: nothing
   * is. Any other error: the earlier content stays in force.
   */
  readonly error: Error | undefined;
}

/** The new content is in force, without the part that the message names. */
export class PartlyInForce extends GovernanceError {}

/** Nothing is in force: the content could not be read, and there is no earlier one. */
export class NothingInForce extends GovernanceError {}

export interface WatchedFilesOptions<T> {
  /** The name of the files together in errors and events: `the TLS certificate`. */
  readonly subject: string;
  readonly paths: readonly string[];
  /**
   * Parses the contents, in the order of the paths. Throws a GovernanceError when they cannot be used. What can be used in
   * part is returned with a `flaw`, so that a wrong line cannot keep in force what was removed; at the start a flaw is an
   * error.
   */
  readonly load: (contents: readonly Buffer[]) => LoadedContent<T>;
  readonly onReload: (event: ReloadEvent) => void;
}

export interface LoadedContent<T> {
  readonly value: T;
  /** One line: what could not be used, and where. */
  readonly flaw: string | undefined;
}

/** Something that SIGHUP reads again: files, or keys from a URL. */
export interface ReloadableSource {
  /** Such as `the TLS certificate`. */
  readonly subject: string;
  /** Returns why the source cannot be used, or not whole, as it is now; also where that was reported before. */
  reload(): Error | undefined | Promise<Error | undefined>;
}

/** Files that can be read again. */
export interface ReloadableFiles extends ReloadableSource {
  /**
   * Reads the files. Changed ones come into force together or not at all; `onReload` is called once for either. Returns
   * why the files cannot be used as they are now, also where that was reported before.
   */
  reload(): Error | undefined;
}

/** Files whose last usable content is in force. */
export interface WatchedFiles<T> extends ReloadableFiles {
  readonly current: T;
}

/**
 * Compares contents and not modification times, so it sees a second write within one tick of the file system's clock
 * and a symbolic link that was changed (Kubernetes secrets). Throws when the first content cannot be used.
 */
export function watchFiles<T>(options: WatchedFilesOptions<T>): WatchedFiles<T> {
  const { subject, paths, load, onReload } = options;
  let seen = paths.map(read);
  const first = load(seen);
  if (first.flaw !== undefined) throw new GovernanceError("failed-precondition", first.flaw);
  let value = first.value;
  /** The flaw of the content that is in force. */
  let partly: PartlyInForce | undefined;
  /** A file that stays broken is reported once, not at every check. */
  let reported: string | undefined;

  return {
    subject,
    get current() {
      return value;
    },
    reload() {
      try {
        const contents = paths.map(read);
        const same = contents.every((content, at) => content.equals(seen[at] ?? Buffer.alloc(0)));
        if (same && reported === partly?.message) return partly;
        const loaded = load(contents);
        value = loaded.value;
        seen = contents;
        partly =
          loaded.flaw === undefined ? undefined : new PartlyInForce("failed-precondition", loaded.flaw);
        reported = partly?.message;
        onReload({ subject, error: partly });
        return partly;
      } catch (error) {
        const failure = GovernanceError.from(error);
        if (failure.message !== reported) onReload({ subject, error: failure });
        reported = failure.message;
        return failure;
      }
    },
  };
}

/** Ten thousand tokens, or four times the authorities that a system trusts. */
const MAX_BYTES = 1024 * 1024;

function read(path: string): Buffer {
  let fd: number;
  try {
    // Without O_NONBLOCK a fifo would hold the process until somebody writes.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const file = fstatSync(fd);
    if (!file.isFile()) throw unusable(path, "is not a regular file; name one");
    if (file.size > MAX_BYTES) throw unusable(path, `is larger than 1 MiB; make it smaller`);
    if (process.platform !== "win32" && (file.mode & 0o002) !== 0) {
      throw unusable(path, `may be written by every user, so it is not used; run chmod o-w ${path}`);
    }
    return readFileSync(fd);
  } catch (error) {
    throw error instanceof GovernanceError ? error : unreadable(path, error);
  } finally {
    closeSync(fd);
  }
}

function unusable(path: string, why: string): GovernanceError {
  return new GovernanceError("failed-precondition", `${path}: ${why}`);
}

function unreadable(path: string, cause: unknown): GovernanceError {
  const code = errnoOf(cause) || "unknown reason";
  const message = `${path}: cannot be read (${code}); name a readable file`;
  return new GovernanceError("failed-precondition", message, { cause });
}
