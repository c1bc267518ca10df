import { expect, test } from "vitest";
import type { AuditRecord } from "../../core/audit-log.ts";
import { createRefusedCalls } from "./refused-calls.ts";
import { NOW } from "./testing.fixture.ts";

const GRANT = "c1.connector.v2.GrantManagerService/Grant";
const REVOKE = "c1.connector.v2.GrantManagerService/Revoke";

function stage() {
  const records: AuditRecord[] = [];
  const calls = createRefusedCalls({
    audit: { append: async (record) => void records.push(record) },
    poolId: "us-east-1_Ab129faBb",
    now: () => NOW,
    newId: () => `id-${records.length}`,
  });
  const by = (name: string, operation = GRANT) => calls.refused({ via: "grpc", name }, operation);
  return { calls, records, by };
}

test("the first refused call has its line at once, with the caller's name and the operation", async () => {
  const { records, by } = stage();
  await by("reader");
  expect(records).toMatchObject([
    {
      kind: "refused-call",
      requester: { via: "grpc", name: "reader" },
      outcome: "refused",
      code: "permission-denied",
      refused: { operation: GRANT, count: 1 },
    },
  ]);
});

test("a thousand more of one caller are one line at the next flush, with their number", async () => {
  const { calls, records, by } = stage();
  for (let i = 0; i < 1000; i += 1) await by("reader");
  await by("reader", REVOKE);
  expect(records).toHaveLength(1);
  await calls.flush();
  await calls.flush();
  expect(records.map(({ refused }) => refused)).toEqual([
    { operation: GRANT, count: 1 },
    { operation: REVOKE, count: 1000 },
  ]);
  await by("reader");
  expect(records).toHaveLength(3);
});

test("a thousand callers have at most 21 names between two flushes", async () => {
  const { calls, records, by } = stage();
  for (let round = 0; round < 2; round += 1) for (let i = 0; i < 1000; i += 1) await by(`reader-${i}`);
  await calls.flush();
  expect(new Set(records.map(({ requester }) => requester.name)).size).toBe(21);
  expect(records).toHaveLength(41);
  expect(records.reduce((sum, { refused }) => sum + (refused?.count ?? 0), 0)).toBe(2000);
});
