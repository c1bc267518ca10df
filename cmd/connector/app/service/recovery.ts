import type { Runtime } from "../compose.ts";

/**
 * Finishes or takes back what killed processes left half done, and logs each change. The service runs meanwhile: a new
 * change of the same account or group first recovers what is left of an earlier one.
 */
export async function recoverChanges({ log, provisioner }: Runtime, signal: AbortSignal): Promise<void> {
  try {
    const { recovered, failed } = await provisioner.recover(signal);
    for (const { change, outcome, says } of recovered) {
      const level = outcome === "partial" || outcome === "unknown" ? "warn" : "info";
      log[level](`recovered an interrupted change: ${says}`, {
        change: change.id,
        kind: change.kind,
        outcome,
      });
    }
    for (const { change, error } of failed) {
      const fields = { change: change.id, kind: change.kind };
      log.failure("an interrupted change is still open; run `connector recover` to try again", error, fields);
    }
  } catch (error) {
    if (!signal.aborted) log.failure("cannot recover the interrupted changes", error);
  }
}
