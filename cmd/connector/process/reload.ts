import type { LogLevel } from "../../../pkg/core/log-level.ts";
import type { AdjustableLogger, Logger } from "../../../pkg/ops/logger.ts";
import type { Context } from "./context.ts";

/** Something that SIGHUP has read anew. */
export interface Reloadable {
  /** The word that the log has for it, such as `the certificates`. */
  readonly name: string;
  /** What it throws leaves in force what was. */
  reload(): void | Promise<void>;
}

/** Has every SIGHUP reload the pieces, in their order; one that fails does not keep the next from it. */
export function reloadOnHangup(
  pieces: readonly Reloadable[],
  { onReload }: Pick<Context, "onReload">,
  log: Logger,
): () => void {
  return onReload(async () => {
    const failed: string[] = [];
    for (const piece of pieces) {
      const { name } = piece;
      try {
        await piece.reload();
      } catch (error) {
        failed.push(name);
        log.failure(`SIGHUP: reloading ${name} failed; what was in force stays`, error);
      }
    }
    const done = pieces.map(({ name }) => name).filter((name) => !failed.includes(name));
    if (done.length > 0) log.info(`SIGHUP: reloaded ${done.join(", ")}`);
  });
}

/** The level as the settings have it now; a file that is wrong leaves the level as it is. */
export function reloadableLevel(
  log: AdjustableLogger,
  read: () => { readonly level: LogLevel; readonly debugExpiresAt: number | undefined },
): Reloadable {
  return {
    name: "the log level",
    reload() {
      const { level, debugExpiresAt } = read();
      log.setLevel(level, debugExpiresAt);
    },
  };
}
