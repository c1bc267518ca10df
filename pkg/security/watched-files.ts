import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { GovernanceError } from "../core/errors.ts";
import type { ReloadEvent } from "./security.ts";

export interface WatchedFilesOptions<T> {
  /** What the files are together, for errors and events: `the TLS certificate`. */
  readonly subject: string;
  readonly paths: readonly string[];
  /** Makes use of the contents, in the order of the paths. Throws a GovernanceError for what cannot be used. */
  readonly load: (contents: readonly Buffer[]) => T;
  readonly onReload: (event: ReloadEvent) => void;
}

/** Files whose content is in force until a better one is there. */
export interface WatchedFiles<T> {
  readonly current: T;
  /** Looks at the files. Changed ones come into force together, or not at all; `onReload` hears of either, once. */
  look(): void;
}

/**
 * Contents are compared, not times of change: a second write within one tick of the file system's clock is seen, and so
 * is a link that points elsewhere (Kubernetes secrets). Throws when what is there at the beginning cannot be used.
 */
export function watchFiles<T>(options: WatchedFilesOptions<T>): WatchedFiles<T> {
  const { subject, paths, load, onReload } = options;
  let seen = paths.map(read);
  let value = load(seen);
  /** Told already, so that a file that stays broken is not told of every few seconds. */
  let told: string | undefined;

  return {
    get current() {
      return value;
    },
    look() {
      try {
        const contents = paths.map(read);
        const same = contents.every((content, at) => content.equals(seen[at] ?? Buffer.alloc(0)));
        if (same && told === undefined) return;
        value = load(contents);
        seen = contents;
        told = undefined;
        onReload({ subject, error: undefined });
      } catch (error) {
        const failure = GovernanceError.from(error);
        if (failure.message === told) return;
        told = failure.message;
        onReload({ subject, error: failure });
      }
    },
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new GovernanceError(
      "failed-precondition",
      `${path}: cannot be read (${code}); name a readable file`,
      {
        cause: error,
      },
    );
  }
}
