// What syncs have written, as the commands that compare and list changes read it.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { openSyncFile } from "../../pkg/store/sync-file.ts";
import { changedPool, randomOf, randomPool, syncPool } from "../support/changing-pool.ts";
import { POOL as FAKE_POOL } from "../support/fake-directory.ts";
import { createInventoryFixture, POOL } from "../support/inventory-fixture.ts";
import { mutated, pagesMutated } from "./mutate.ts";
import type { Random } from "./random.ts";
import { type MakeSubject, readByCommand } from "./subject.ts";

const MAGIC = Buffer.from("C1ZF\0");
const never = new AbortController().signal;

/** A file of two runs, compared with itself: by the ids that it has, or by others that have to be looked up. */
export const comparedFile: MakeSubject = async (folder) => {
  const files: Buffer[] = [];
  for (const userIdKind of ["sub", "username"] as const) {
    const file = join(folder, `${userIdKind}.c1z`);
    const random = randomOf(7);
    let pool = randomPool(random, 12);
    for (let run = 1; run <= 2; run += 1) {
      const now = () => Date.UTC(2026, 10, run);
      const fingerprint = { poolId: FAKE_POOL, userIdKind, mappingVersion: 1 };
      const options = { file, stateDir: folder, fingerprint, acceptShrink: true, now };
      await syncPool(pool, [await openSyncFile({ ...options, connectorVersion: "0" }, never)], now, {
        userIdKind,
      });
      pool = changedPool(random, pool);
    }
    files.push(readFileSync(file));
  }
  return {
    read(random) {
      const packed = random.any(files) ?? Buffer.alloc(0);
      const database = zstdDecompressSync(packed.subarray(MAGIC.length));
      const bytes = random.once(3)
        ? mutated(packed, random)
        : Buffer.concat([MAGIC, zstdCompressSync(pagesMutated(database, random))]);
      const sides = random.pick([
        ["FILE", "FILE"],
        ["FILE@previous", "FILE"],
      ]);
      return readByCommand(folder, "hostile.c1z", bytes, ["diff", ...sides, ...output(random)]);
    },
  };
};

export const inventoryFile: MakeSubject = (folder) => {
  const path = join(folder, "valid.db");
  const page = join(folder, "review.html");
  createInventoryFixture(path);
  const valid = readFileSync(path);
  const where = ["--inventory=FILE", `--user-pool-id=${POOL}`];
  return {
    read(random) {
      const bytes = random.once(5) ? mutated(valid, random) : pagesMutated(valid, random);
      if (random.once(4)) {
        rmSync(page, { force: true });
        return readByCommand(folder, "hostile.db", bytes, ["report", `--out=${page}`, ...where]);
      }
      const command = random.pick([
        ["changes"],
        ["changes", "--user=ada@example.com"],
        ["changes", "--since=run:2", "--group=finance"],
        ["diff", "run:1", "run:4"],
        ["diff", "run:newest", "2026-10-10"],
      ]);
      return readByCommand(folder, "hostile.db", bytes, [...command, ...where, ...output(random)]);
    },
  };
};

function output(random: Random): readonly string[] {
  return [
    `--output=${random.pick(["table", "json", "jsonl", "csv"])}`,
    ...(random.once(2) ? ["--values"] : []),
  ];
}
