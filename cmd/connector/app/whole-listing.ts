// When the users of a pool were last read by one listing. Parts of them prove themselves complete after each run, but AWS
// promises no format of `sub`, so a listing of all users stays due (D30).
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EpochMs } from "../../../pkg/core/clock.ts";
import { errnoOf } from "../../../pkg/core/unknown.ts";
import { onDisk } from "../../../pkg/sqlite/errors.ts";
import { openStateDirectory } from "../../../pkg/sqlite/paths.ts";

const DUE_AFTER_MS = 7 * 24 * 3_600_000;

export interface WholeListing {
  /** Whether the users are to be read by one listing now. The first time that it is asked begins the week. */
  isDue(nowMs: EpochMs): boolean;
  /** The users were read by one listing. */
  note(nowMs: EpochMs): void;
}

export function wholeListing(stateDir: string, poolId: string): WholeListing {
  const file = (): string => join(openStateDirectory(stateDir), `${poolId}.whole-listing`);

  function note(nowMs: EpochMs): void {
    const path = file();
    const written = `${path}.${process.pid}`;
    onDisk(`write ${path}`, () => {
      try {
        writeFileSync(written, `${new Date(nowMs).toISOString()}\n`, { mode: 0o600 });
        renameSync(written, path);
      } finally {
        rmSync(written, { force: true });
      }
    });
  }

  return {
    isDue(nowMs) {
      const noted = notedIn(file());
      if (noted === undefined) note(nowMs);
      const sinceMs = noted === undefined ? 0 : nowMs - Date.parse(noted);
      // A file that holds no time, or one to come, says nothing.
      return !(sinceMs >= 0 && sinceMs <= DUE_AFTER_MS);
    },
    note,
  };
}

function notedIn(path: string): string | undefined {
  return onDisk(`read ${path}`, () => {
    try {
      return readFileSync(path, "utf8").trim();
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  });
}
