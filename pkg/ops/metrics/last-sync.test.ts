import { expect, test } from "vitest";
import { createLastSync } from "./last-sync.ts";

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute));
const COMPLETE = { endedAt: at(30), durationMs: 5, users: 1, groups: 2, memberships: 3 };

test("failed syncs count from the first to the next complete one, with the code of the last", () => {
  const record = createLastSync(undefined);
  expect(record.failure()).toBeUndefined();
  record.failed({ at: at(1), code: "throttled" });
  expect(record.failure()).toEqual({ since: at(1), failures: 1, code: "throttled" });
  record.begun();
  record.failed({ at: at(3), code: "permission-denied" });
  expect(record.failure()).toEqual({ since: at(1), failures: 2, code: "permission-denied" });
  record.completed(COMPLETE);
  expect([record.failure(), record.last()]).toEqual([undefined, COMPLETE]);
  record.failed({ at: at(40), code: "unavailable" });
  expect(record.failure()).toEqual({ since: at(40), failures: 1, code: "unavailable" });
  expect(record.last()).toBe(COMPLETE);
});
