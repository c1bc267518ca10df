import { open } from "node:fs/promises";
import { hasNoFolderSync } from "../../core/folder-sync.ts";

/** A rename is on disk only when its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!hasNoFolderSync(error)) throw error;
  } finally {
    await handle.close();
  }
}
