import { rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { GovernanceError } from "../../core/errors.ts";
import { reportDiskError } from "./disk-errors.ts";
import { checkFolder, nameBeside } from "./places.ts";
import { syncDirectory } from "./sync-directory.ts";

/**
 * A folder that has files cannot be renamed over, so for a moment there is neither. A reviewer may have written into the old
 * one since it was checked: what is moved aside is checked once more. Without `from` there is no folder afterwards.
 */
export async function replaceFolder(
  from: string | undefined,
  target: string,
  shownPath: string,
  move: (from: string, to: string) => Promise<void> = rename,
): Promise<void> {
  const aside = nameBeside(target, "old");
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (isThere) await move(target, aside);
  try {
    if (isThere) checkFolder(aside, shownPath);
    if (from !== undefined) await move(from, target);
  } catch (error) {
    if (isThere) {
      await move(aside, target).catch(() => {
        throw strayed(aside, reportDiskError(shownPath, error));
      });
    }
    throw error;
  }
  await syncDirectory(dirname(target));
  if (!isThere) return;
  // A removal that is cut off leaves a part of it, which nothing shows to be a report.
  const done = nameBeside(target, "tmp");
  await move(aside, done);
  await rm(done, { recursive: true, force: true });
}

function strayed(aside: string, failure: GovernanceError): GovernanceError {
  return failure.with({
    message: `${failure.message}; the older folder is ${JSON.stringify(basename(aside))} now, beside it`,
  });
}
