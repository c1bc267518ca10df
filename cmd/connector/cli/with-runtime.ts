import type { Config } from "../../../pkg/config/config.ts";
import { createShutdown, type Shutdown } from "../../../pkg/ops/shutdown.ts";
import { compose, type Runtime } from "../app/compose.ts";
import { type Context, ReaderGone } from "../process/context.ts";
import { exitCodeOf, OK } from "../process/exit-codes.ts";
import { createDiagnostics, type Diagnostics } from "./diagnostics.ts";

/** Runs a command over the composed program, and resolves with its exit code. */
export function withRuntime(
  config: Config,
  context: Context,
  work: (runtime: Runtime, diagnostics: Diagnostics) => Promise<number>,
): Promise<number> {
  return toExitCode(config, context, async (diagnostics, shutdown) => {
    const { log } = diagnostics;
    return await work(compose({ config, clocks: context, log, shutdown }), diagnostics);
  });
}

/**
 * Runs the work, then closes what it has added to `shutdown`. Once the settings are read, this is the only place where
 * a failure becomes a line and an exit code.
 */
export async function toExitCode(
  config: Config,
  { stderr, now, monotonic, signal }: Context,
  work: (diagnostics: Diagnostics, shutdown: Shutdown) => Promise<number>,
): Promise<number> {
  const diagnostics = createDiagnostics(config.log, stderr, now);
  const { log } = diagnostics;
  const shutdown = createShutdown({ graceMs: config.service.graceMs, monotonic, log });
  try {
    return await work(diagnostics, shutdown);
  } catch (error) {
    if (signal.reason instanceof ReaderGone || error instanceof ReaderGone) return OK;
    await diagnostics.fail(error);
    return exitCodeOf(error);
  } finally {
    await shutdown.close();
  }
}
