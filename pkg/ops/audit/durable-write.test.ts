import { expect, test } from "vitest";
import { syncDirectoryOf } from "./durable-write.ts";

// Linux has no fsync for what is below /proc, as FUSE and some network file systems have none for folders.
test.runIf(process.platform === "linux")("a folder without fsync counts as on disk", () => {
  expect(() => syncDirectoryOf("/proc/self/audit.jsonl")).not.toThrow();
  expect(() => syncDirectoryOf("/proc/self/none/audit.jsonl")).toThrow("ENOENT");
});
