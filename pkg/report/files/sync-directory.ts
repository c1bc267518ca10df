import { open } from "node:fs/promises";

/** A rename is on disk only when its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
