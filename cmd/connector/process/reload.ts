import type { LogLevel } from "../../../pkg/core/log-level.ts";
import type { AdjustableLogger, Logger } from "../../../pkg/ops/logger.ts";
import { NothingInForce, PartlyInForce, type ReloadableSource } from "../../../pkg/security/watched-files.ts";
import type { Context } from "./context.ts";

/** Something that SIGHUP reloads. */
export interface Reloadable {
  /** For the log, such as `the certificates`. */
  readonly name: string;
  /** When it throws, the previous version stays in use; `PartlyInForce`: the new one, without what cannot be used. */
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
        log.failure(`SIGHUP: ${failureText(name, error)}`, error);
      }
    }
    const done = pieces.map(({ name }) => name).filter((name) => !failed.includes(name));
    if (done.length > 0) log.info(`SIGHUP: reloaded ${done.join(", ")}`);
  });
}

/** Certificates, authorities, tokens and keys. */
export function reloadableSource(source: ReloadableSource): Reloadable {
  return {
    name: source.subject,
    async reload() {
      const failure = await source.reload();
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

/** What the log says of a subject that could not be loaded as it is now. */
export function failureText(subject: string, error: unknown): string {
  if (error instanceof PartlyInForce) return `reloaded ${subject}, but not all of it`;
  if (error instanceof NothingInForce) return `cannot load ${subject}; there are none yet`;
  return `cannot reload ${subject}; the previous version stays in use`;
}
