import { expect, test } from "vitest";
import { syncDirectory } from "./sync-directory.ts";

// Linux has no fsync for what is below /proc, as FUSE and some network file systems have none for folders.
test.runIf(process.platform === "linux")("a folder without fsync counts as on disk", async () => {
  await syncDirectory("/proc/self");
  await expect(syncDirectory("/proc/self/none")).rejects.toThrow("ENOENT");
});
