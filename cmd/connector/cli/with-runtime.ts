import type { Config } from "../../../pkg/config/config.ts";
import type { InventoryPlace } from "../../../pkg/inventory/place.ts";
import { createShutdown, type Shutdown } from "../../../pkg/ops/shutdown.ts";
import { compose, type Runtime } from "../app/compose.ts";
import { enrichedPlace } from "../app/inventory/inventory-target.ts";
import { logWaits, showWaits } from "../app/waits.ts";
import { type Context, ReaderGone } from "../process/context.ts";
import { exitCodeOf, OK } from "../process/exit-codes.ts";
import { createDiagnostics, type Diagnostics } from "./diagnostics.ts";

/** A context that composes the program in a way of its own, as tests do. */
export interface ComposingContext extends Context {
  readonly compose?: typeof compose;
}

interface RuntimeOptions {
  /**
   * The command shows on the terminal how it goes and what it waits for, and takes so long that nobody waits for each of its
   * calls.
   */
  readonly showsProgress?: boolean;
  /** It reads the feed of events of this inventory. */
  readonly inventory?: () => InventoryPlace | undefined;
}

/** Runs a command over the composed program, and resolves with its exit code. */
export function withRuntime(
  config: Config,
  context: ComposingContext,
  work: (runtime: Runtime, diagnostics: Diagnostics) => Promise<number>,
  { showsProgress = false, inventory }: RuntimeOptions = {},
): Promise<number> {
  return toExitCode(config, context, async (diagnostics, shutdown) => {
    const { log, liveLine } = diagnostics;
    const personWaits = context.stderr.isTerminal && !showsProgress;
    const enriched = enrichedPlace(config, context);
    const pieces = {
      config,
      clocks: context,
      log,
      shutdown,
      personWaits,
      inventory: inventory?.(),
      enriched,
    };
    const runtime = (context.compose ?? compose)(pieces);
    const live = isLive(config, context);
    const waits = live && personWaits ? showWaits(runtime.waits, liveLine) : undefined;
    const logged = waits === undefined && !(live && showsProgress) ? logWaits(runtime.waits, log) : undefined;
    try {
      return await work(runtime, diagnostics);
    } finally {
      waits?.close();
      logged?.close();
    }
  });
}

/** Whether a line on the terminal can be rewritten in place. */
export function isLive(
  { log: { format } }: { readonly log: Pick<Config["log"], "format"> },
  { stderr, env }: Pick<Context, "stderr" | "env">,
): boolean {
  return stderr.isTerminal && format === "console" && env["TERM"] !== "dumb";
}

/**
 * Runs the work, then closes what it has added to `shutdown`. Once the settings are read, this is the only place where
 * a failure becomes a line and an exit code.
 */
export async function toExitCode(
  config: Config,
  { stderr, now, monotonic, signal, onNodeWarning }: Context,
  work: (diagnostics: Diagnostics, shutdown: Shutdown) => Promise<number>,
): Promise<number> {
  const diagnostics = createDiagnostics(config.log, stderr, now);
  const { log } = diagnostics;
  const stopWarnings = onNodeWarning((warning) =>
    log.warn(`Node has given a warning: ${warningName(warning)}`),
  );
  const shutdown = createShutdown({ graceMs: config.service.graceMs, monotonic, log });
  try {
    return await work(diagnostics, shutdown);
  } catch (error) {
    if (signal.reason instanceof ReaderGone || error instanceof ReaderGone) return OK;
    await diagnostics.fail(error);
    return exitCodeOf(error);
  } finally {
    await shutdown.close();
    stopWarnings();
  }
}

/** Without its text, which may quote anything (D20). */
function warningName(warning: Error): string {
  const code = "code" in warning && typeof warning.code === "string" ? ` (${warning.code})` : "";
  return `${warning.name}${code}`;
}
