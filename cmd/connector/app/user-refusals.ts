// That AWS refused the groups of a user, kept in the state directory for the syncs that follow (D31).
import type { Logger } from "../../../pkg/ops/logger.ts";
import type { UserRefusals } from "../../../pkg/sync/members-way.ts";
import { datedNote } from "./dated-note.ts";

/** A disk that fails costs only the calls of a reading that is broken off, so it is logged. */
export function userRefusals(
  { stateDir, poolId }: { readonly stateDir: string; readonly poolId: string },
  log: Pick<Logger, "failure">,
): UserRefusals {
  const file = datedNote(stateDir, `${poolId}.by-user-refused`);

  function orLogged<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      log.failure("whether AWS refuses the groups of a user is not kept for the next sync", error);
      return undefined;
    }
  }

  return {
    last() {
      const noted = orLogged(() => file.read());
      return Number.isNaN(noted) ? undefined : noted;
    },
    note: (nowMs) => void orLogged(() => file.write(nowMs)),
    forget: () => void orLogged(() => file.remove()),
  };
}
