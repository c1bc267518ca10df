import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { userNumber } from "./support/fake-directory.ts";
import { everybodyIn, type InventoryStage, inventoryStage, readInto } from "./support/sqlite-inventory.ts";

const TARGET = join(import.meta.dirname, "../pkg/inventory/sqlite/target/sqlite-target.ts");
const FAKE_POOL = join(import.meta.dirname, "support/fake-directory.ts");

let stage: InventoryStage;
beforeEach(() => {
  stage = inventoryStage();
});
afterEach(() => stage.remove());

/** Publishes the run of the stage in a process whose files may not grow beyond so many KiB. */
async function publishedWithin(kib: number): Promise<string> {
  const script = `
    import { openSqliteTarget } from ${JSON.stringify(TARGET)};
    import { POOL } from ${JSON.stringify(FAKE_POOL)};
    const never = new AbortController().signal;
    const target = await openSqliteTarget(
      ${JSON.stringify(join(stage.folder, "pool.db"))},
      {
        acceptShrink: true,
        stateDir: ${JSON.stringify(stage.folder)},
        fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
        now: () => Date.parse("2026-11-28T12:30:00Z"),
        describePool: async () => undefined,
      },
      never,
    );
    try {
      const { runNumber, changes } = await target.publish({ acceptShrink: true }, never);
      process.stdout.write("run " + runNumber + " with " + changes + " changes");
    } catch (error) {
      process.stdout.write(error.name + " " + error.message);
    }
    await target.close();`;
  const child = spawn(
    "bash",
    ["-c", `trap "" XFSZ; ulimit -f ${kib}; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const gone = once(child, "exit");
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
  });
  await gone;
  return said;
}

test("a run that is merged is published, also where the log of the inventory cannot be moved into it", async () => {
  const many = Array.from({ length: 1_500 }, (_, n) => userNumber(n));
  const file = join(stage.folder, "pool.db");
  await stage.publish({ ...everybodyIn(many.slice(0, 1_000)), pageItems: 60 });
  const target = await stage.open();
  await readInto(target, { ...everybodyIn(many), pageItems: 60 });
  await target.close();
  // What the run adds fits into the log alone.
  expect(await publishedWithin(Math.ceil(statSync(file).size / 1024) + 64)).toBe("run 2 with 1000 changes");
  const next = await stage.open();
  expect(next).toMatchObject({ resumed: false, complete: { counts: { users: 1_500 } } });
  await next.close();
});
