import { closeSync, openSync, writeSync } from "node:fs";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";

/** Files that get the log beside stderr. Only their owner may read them. */
export interface LogFiles {
  /** Never throws: a full disk must not end a change. A file that fails is reported once. */
  write(line: string): void;
  /** Opens the files again under their names, which a log rotation has given away. Throws for one that cannot be opened. */
  reopen(): void;
}

interface LogFile {
  readonly path: string;
  fd: number;
  failing: boolean;
}

/** Throws `invalid-argument` for a file that cannot be opened. `onFailure` gets one line without a line break. */
export function openLogFiles(paths: readonly string[], onFailure: (line: string) => void): LogFiles {
  const files = paths.map((path): LogFile => ({ path, fd: opened(path), failing: false }));
  return {
    write(line) {
      for (const file of files) {
        try {
          writeSync(file.fd, line);
          file.failing = false;
        } catch (error) {
          if (!file.failing) onFailure(`log-path: ${file.path} cannot be written (${errnoOf(error)})`);
          file.failing = true;
        }
      }
    },
    reopen() {
      for (const file of files) {
        const fd = opened(file.path);
        closeSync(file.fd);
        file.fd = fd;
      }
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (error) {
    throw new GovernanceError(
      "invalid-argument",
      `log-path: ${path} cannot be opened for writing (${errnoOf(error)}); name a file in a directory that exists`,
      { cause: error },
    );
  }
}
