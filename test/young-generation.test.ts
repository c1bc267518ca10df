import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

test("the young generation of a service grows for many calls, and not as far as V8 would", () => {
  const program = resolve(import.meta.dirname, "support/young-process.ts");
  const mib = Number(spawnSync(process.execPath, [program], { encoding: "utf8" }).stdout);
  expect(mib).toBeGreaterThan(8);
  // Both halves of 8 MiB. V8 left to itself usually has 32 in this work.
  expect(mib).toBeLessThanOrEqual(24);
});
