import type { LogLevel } from "../../../pkg/core/log-level.ts";
import type { AdjustableLogger, Logger } from "../../../pkg/ops/logger.ts";
import type { ReloadableFiles } from "../../../pkg/security/watched-files.ts";
import type { Context } from "./context.ts";

/** Something that SIGHUP reloads. */
export interface Reloadable {
  /** For the log, such as `the certificates`. */
  readonly name: string;
  /** When it throws, the previous version must stay in use. */
  reload(): void | Promise<void>;
}

/** Reloads the pieces in this order at every SIGHUP. A piece that fails is logged, and the next one is still reloaded. */
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
        log.failure(`SIGHUP: cannot reload ${name}; the previous version stays in use`, error);
      }
    }
    const done = pieces.map(({ name }) => name).filter((name) => !failed.includes(name));
    if (done.length > 0) log.info(`SIGHUP: reloaded ${done.join(", ")}`);
  });
}

/** The files of a certificate or of tokens. */
export function reloadableFiles(files: ReloadableFiles): Reloadable {
  return {
    name: files.subject,
    reload() {
      const failure = files.reload();
      if (failure !== undefined) throw failure;
    },
  };
}

/** Reads the log level again from the settings. Settings that are wrong leave the level as it is. */
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
