// What the tests of the audit log share.
import { readFileSync } from "node:fs";
import type { AuditRecord } from "../../core/audit-log.ts";

export const NOW = Date.UTC(2026, 10, 21, 15, 0, 0);

export function recordOf(change: string, over: Partial<AuditRecord> = {}): AuditRecord {
  return {
    change,
    atMs: NOW,
    pool: "us-east-1_Ab129faBb",
    kind: "grant",
    requester: { via: "cli", name: "alice" },
    target: { user: "5c1e0000-0000-4000-8000-000000000001", group: "auditors" },
    outcome: "done",
    code: undefined,
    reason: undefined,
    steps: [
      {
        operation: "AdminAddUserToGroup",
        state: "done",
        undo: false,
        requestId: "req-1",
        code: undefined,
        reason: undefined,
      },
    ],
    undo: undefined,
    ...over,
  };
}

/** The lines of a file, without their line ends; the last one is the rest after the last line end. */
export function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").split("\n");
}
