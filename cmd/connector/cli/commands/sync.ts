import type { Config } from "../../../../pkg/config/config.ts";
import { syncOnce } from "../../app/run-sync.ts";
import { withRuntime } from "../../app/runtime.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { printSummary } from "../output/sync-summary.ts";
import { followSync } from "../progress/follow-sync.ts";

/** One full sync into the file, then its summary on stdout. */
export function syncCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime) => {
    const summary = await syncOnce(
      {
        config,
        pieces: runtime,
        clock: context,
        follow: (tracker) => followSync(tracker, runtime, config, context),
        resumedBy: "the same command",
      },
      context.signal,
    );
    await printSummary(summary, config.output, context.stdout);
    return OK;
  });
}
