import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFile } from "./lock.ts";

test("STORE-3: a lock that cannot be made is not one that another process holds", () => {
  expect(() => lockFile(join(import.meta.dirname, "nowhere", "pool.lock"))).toThrow(
    /nowhere\/pool\.lock": its directory does not exist/,
  );
});
