// That AWS refused the groups of a user, kept in the state directory for the syncs that follow (D31).
import type { Logger } from "../../../pkg/ops/logger.ts";
import type { UserRefusals } from "../../../pkg/sync/members-way.ts";
import { datedNote } from "./dated-note.ts";

/** A disk that fails makes the next sync read in the slower way at worst, so it is logged and fails nothing. */
export function userRefusals(
  { stateDir, poolId }: { readonly stateDir: string; readonly poolId: string },
  log: Pick<Logger, "failure">,
): UserRefusals {
  const file = datedNote(stateDir, `${poolId}.by-user-refused`);

  function orLogged<T>(effect: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      log.failure(effect, error);
      return undefined;
    }
  }

  return {
    last() {
      const noted = orLogged("whether AWS refused the groups of a user is not known from earlier syncs", () =>
        file.read(),
      );
      return Number.isNaN(noted) ? undefined : noted;
    },
    note(nowMs) {
      orLogged("the next sync does not know that AWS refuses the groups of a user", () => file.write(nowMs));
    },
    forget() {
      const effect =
        "the note that AWS refused the groups of a user is not removed: auto reads by group until its week is over";
      orLogged(effect, () => file.remove());
    },
  };
}
