import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ListShards } from "../../../pkg/core/user-shards.ts";
import { createLogger } from "../../../pkg/ops/logger.ts";
import { servedParts } from "./served-parts.ts";

const POOL = "us-east-1_Ab129faBb";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FILE = `${POOL}.grpc.whole-listing`;
let dir: string;
let nowMs: number;
let lines: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "served-parts-"));
  nowMs = Date.parse("2026-11-29T07:00:00Z");
  lines = [];
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process that serves the pool. */
function served(listShards: ListShards = 16, stateDir = dir) {
  return servedParts({
    config: { poolId: POOL, stateDir, rates: { UserList: 30 }, sync: { listShards } },
    now: () => nowMs,
    meter: { latencyMs: () => 200 },
    log: createLogger({
      level: "info",
      format: "json",
      write: (line) => void lines.push(line),
      now: () => nowMs,
    }),
  });
}

describe("the users over gRPC", () => {
  test("are in parts at first, and one listing for a day once a week, for each caller that begins then", () => {
    const parts = served();
    const askedAfter = (ms: number): number => {
      nowMs += ms;
      return parts.listings();
    };
    expect([askedAfter(0), askedAfter(6 * DAY), askedAfter(DAY)]).toEqual([16, 16, 16]);
    expect([askedAfter(1), askedAfter(HOUR), askedAfter(23 * HOUR - 1)]).toEqual([1, 1, 1]);
    expect([askedAfter(1), askedAfter(7 * DAY), askedAfter(1)]).toEqual([16, 16, 1]);
    expect(lines.filter((line) => line.includes("once a week"))).toHaveLength(2);
  });

  test("are one listing for a whole day also where the process is another one", () => {
    served().listings();
    nowMs += 7 * DAY + 1;
    expect(served().listings()).toBe(1);
    nowMs += 20 * HOUR;
    const later = served();
    expect(later.listings()).toBe(1);
    nowMs += 20 * HOUR;
    expect(later.listings()).toBe(1);
    nowMs += 4 * HOUR;
    expect(later.listings()).toBe(16);
  });

  test("are one listing in the next process too where the parts were not all users", () => {
    const parts = served();
    parts.listings();
    expect(parts.areRefused()).toBe(false);
    parts.refused("a user has another id");
    expect(parts.areRefused()).toBe(true);
    expect(lines.join("")).toContain("since a user has another id");
    expect(served().listings()).toBe(1);
  });

  test("are one listing, and nothing is written or said, where list-shards is 1", () => {
    const parts = served(1);
    expect(parts.listings()).toBe(1);
    parts.refused("a user has another id");
    expect(lines).toEqual([]);
    expect(() => readFileSync(join(dir, FILE))).toThrow("ENOENT");
  });

  test("are one listing where the state directory cannot be used, and no call fails", () => {
    const file = join(dir, "a-file");
    writeFileSync(file, "");
    for (const stateDir of [file, ""]) {
      lines = [];
      const parts = served(16, stateDir);
      expect(parts.listings()).toBe(1);
      expect(() => parts.refused("a user has another id")).not.toThrow();
      expect(lines.join("")).toContain("cannot keep state");
    }
  });
});
