// A file of the state directory that holds one time, such as when something was last done.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EpochMs } from "../../../pkg/core/clock.ts";
import { errnoOf } from "../../../pkg/core/unknown.ts";
import { onDisk } from "../../../pkg/sqlite/errors.ts";
import { openStateDirectory } from "../../../pkg/sqlite/paths.ts";

/** Each call throws a `GovernanceError` that has the path, where the disk fails. */
export interface DatedNote {
  /** Undefined where there is no file; NaN where it holds no time. */
  read(): EpochMs | undefined;
  write(nowMs: EpochMs): void;
  remove(): void;
}

export function datedNote(stateDir: string, name: string): DatedNote {
  const file = (): string => join(openStateDirectory(stateDir), name);
  return {
    read() {
      const noted = textIn(file());
      return noted === undefined ? undefined : Date.parse(noted);
    },
    write(nowMs) {
      const path = file();
      // Two containers on one directory may have the same process id.
      const written = `${path}.${randomUUID()}`;
      onDisk(`write ${path}`, () => {
        try {
          writeFileSync(written, `${new Date(nowMs).toISOString()}\n`, { mode: 0o600 });
          renameSync(written, path);
        } finally {
          rmSync(written, { force: true });
        }
      });
    },
    remove() {
      const path = file();
      // `rm` fails on a directory with an error that names no cure.
      onDisk(`remove ${path}`, () => orMissing(() => unlinkSync(path)));
    },
  };
}

function textIn(path: string): string | undefined {
  return onDisk(`read ${path}`, () => orMissing(() => readFileSync(path, "utf8").trim()));
}

/** Undefined where there is no such file. */
function orMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
