// When the users of a pool were last read by one listing. Parts of them prove themselves complete after each run, but AWS
// promises no format of `sub`, so a listing of all users stays due (D30).
import type { EpochMs } from "../../../pkg/core/clock.ts";
import { datedNote } from "./dated-note.ts";

const DUE_AFTER_MS = 7 * 24 * 3_600_000;

export interface WholeListing {
  /** Whether the users are to be read by one listing now. The first time that it is asked begins the week. */
  isDue(nowMs: EpochMs): boolean;
  /** The users were read by one listing. */
  note(nowMs: EpochMs): void;
}

export function wholeListing(stateDir: string, poolId: string): WholeListing {
  const file = datedNote(stateDir, `${poolId}.whole-listing`);
  return {
    isDue(nowMs) {
      const noted = file.read();
      if (noted === undefined) file.write(nowMs);
      const sinceMs = noted === undefined ? 0 : nowMs - noted;
      // A file that holds no time, or one to come, says nothing.
      return !(sinceMs >= 0 && sinceMs <= DUE_AFTER_MS);
    },
    note: (nowMs) => file.write(nowMs),
  };
}
