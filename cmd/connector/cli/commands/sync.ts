import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { syncOnce } from "../../../../pkg/sync/sync-once.ts";
import { syncOptions, warnOfRecreatedGroups } from "../../app/sync.ts";
import { syncStatus } from "../../app/sync-status.ts";
import { shortWait } from "../../app/waits.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { growYoungGeneration } from "../../process/young-generation.ts";
import { printSummary } from "../output/sync-summary.ts";
import { followSync } from "../progress/follow-sync.ts";
import { withRuntime } from "../with-runtime.ts";

/** One sync into the file, the inventory or both, then its summary on stdout. */
export async function syncCommand(config: Config, context: Context): Promise<number> {
  const young = growYoungGeneration();
  try {
    return await syncAndPrint(config, context);
  } finally {
    young.stop();
  }
}

function syncAndPrint(config: Config, context: Context): Promise<number> {
  return withRuntime(
    config,
    context,
    async (runtime, { liveLine }) => {
      if (config.sync.skipped) {
        await runtime.connector.validate(context.signal);
        runtime.log.info("the pool is valid; nothing is read, since skip-full-sync is set");
        return OK;
      }
      const options = syncOptions({
        config,
        pieces: runtime,
        context,
        follow: (tracker) =>
          followSync(
            () => syncStatus(tracker, runtime),
            { log: runtime.log, liveLine, waiting: () => shortWait(runtime.waits) },
            config,
            context,
          ),
        resumedBy: "the same command",
      });
      const result = await syncOnce(options, context.signal);
      const { poolId, output } = config;
      warnOfRecreatedGroups(runtime, result.published);
      try {
        await printSummary({ ...result, poolId }, output, context.stdout);
      } catch (error) {
        if (!(error instanceof GovernanceError)) throw error;
        throw error.with({
          message: `the sync is complete, but its summary is not printed: ${error.message}`,
        });
      }
      await runtime.enrichment?.once(context.signal);
      return OK;
    },
    { showsProgress: true },
  );
}
