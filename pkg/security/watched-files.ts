import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";

/** The result of reading a changed file again. */
export interface ReloadEvent {
  /** Such as `the TLS certificate`. */
  readonly subject: string;
  /** Why the earlier content stays in force; undefined when the new content is in force. */
  readonly error: Error | undefined;
}

export interface WatchedFilesOptions<T> {
  /** The name of the files together in errors and events: `the TLS certificate`. */
  readonly subject: string;
  readonly paths: readonly string[];
  /** Parses the contents, in the order of the paths. Throws a GovernanceError when they cannot be used. */
  readonly load: (contents: readonly Buffer[]) => T;
  readonly onReload: (event: ReloadEvent) => void;
}

/** Files that can be read again. */
export interface ReloadableFiles {
  /** Such as `the TLS certificate`. */
  readonly subject: string;
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
  let value = load(seen);
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
        if (same && reported === undefined) return undefined;
        value = load(contents);
        seen = contents;
        reported = undefined;
        onReload({ subject, error: undefined });
        return undefined;
      } catch (error) {
        const failure = GovernanceError.from(error);
        if (failure.message !== reported) onReload({ subject, error: failure });
        reported = failure.message;
        return failure;
      }
    },
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = errnoOf(error) || "unknown reason";
    throw new GovernanceError(
      "failed-precondition",
      `${path}: cannot be read (${code}); name a readable file`,
      {
        cause: error,
      },
    );
  }
}
