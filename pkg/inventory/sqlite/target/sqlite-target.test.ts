import { join } from "node:path";
import { POOL } from "../../../../test/support/fake-directory.ts";
import { temporaryFolder } from "../../../../test/support/store-run.ts";
import { targetContract } from "../../../../test/support/target-contract.ts";
import { openSqliteTarget } from "./sqlite-target.ts";

targetContract("an inventory in SQLite", () => {
  const folder = temporaryFolder();
  const never = new AbortController().signal;
  return {
    open: (options) =>
      openSqliteTarget(
        join(folder.path, "pool.db"),
        {
          ...options,
          stateDir: folder.path,
          fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
          now: () => Date.parse("2026-11-21T12:30:00Z"),
          describePool: async () => undefined,
        },
        never,
      ),
    remove: () => folder.remove(),
  };
});
