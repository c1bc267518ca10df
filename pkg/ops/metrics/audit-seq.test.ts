import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAuditLog } from "../audit/audit-log.ts";
import { NOW, recordOf } from "../audit/testing.fixture.ts";
import { lastAuditSeq } from "./audit-seq.ts";

let path = "";

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "audit-seq-")), "audit.jsonl");
});

afterEach(() => {
  rmSync(join(path, ".."), { recursive: true });
});

test("is 0 before the first line, and then the number of the last", () => {
  expect(lastAuditSeq(path)).toBe(0);
  const log = openAuditLog({ path, now: () => NOW });
  expect(lastAuditSeq(path)).toBe(0);
  for (let n = 1; n <= 12; n += 1) {
    log.append(recordOf(`change-${n}`));
    expect(lastAuditSeq(path)).toBe(n);
  }
});

test("looks over a line that is just being written", () => {
  openAuditLog({ path, now: () => NOW }).append(recordOf("change-1"));
  appendFileSync(path, '{"seq":2,"at":');
  expect(lastAuditSeq(path)).toBe(1);
});

test("throws for a file that is not an audit log, and quotes nothing of it", () => {
  appendFileSync(path, "ada@example.com\n");
  expect(() => lastAuditSeq(path)).toThrow("the last line of the audit log is not a JSON object");
});
