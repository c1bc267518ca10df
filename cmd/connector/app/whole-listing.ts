// When the users of a pool were last read by one listing. Parts of them prove themselves complete after each run, but AWS
// promises no format of `sub`, so a listing of all users stays due (D30).
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EpochMs } from "../../../pkg/core/clock.ts";
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
    writeFileSync(written, `${new Date(nowMs).toISOString()}\n`, { mode: 0o600 });
    renameSync(written, path);
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
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
