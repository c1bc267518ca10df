import { expect, test } from "vitest";
import { hasNoFolderSync } from "./folder-sync.ts";

test.for([
  ["EINVAL", true],
  ["ENOTSUP", true],
  ["EOPNOTSUPP", true],
  ["EIO", false],
  ["ENOSPC", false],
] as const)("%s of a folder's fsync: the file system has none is %o", ([code, has]) => {
  expect(hasNoFolderSync(Object.assign(new Error("fsync"), { code }))).toBe(has);
});
