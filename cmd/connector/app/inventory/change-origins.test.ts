import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditRecord } from "../../../../pkg/core/audit-log.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { ChangeOrigin } from "../../../../pkg/inventory/target/change-origins.ts";
import { auditLogPath, openAuditLog } from "../../../../pkg/ops/audit/audit-log.ts";
import { openJournal } from "../../../../pkg/store/journal/journal.ts";
import { machineBootClock } from "../../process/boot-clock.ts";
import { auditOrigins } from "./change-origins.ts";

const POOL = "eu-west-1_AbCd12345";
const ADA = "11111111-2222-4333-8444-555555555555";
const BOB = "11111111-2222-4333-8444-666666666666";
const AFTER = new Date(Date.now() + 3_600_000);
const never = new AbortController().signal;
let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "change-origins-"));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const minutes = (count: number) => AFTER.getTime() + count * 60_000;
let changes = 0;

function log(over: Partial<AuditRecord>): void {
  changes += 1;
  openAuditLog({ path: auditLogPath(stateDir, POOL), now: () => minutes(1) }).append({
    change: `change-${changes}`,
    atMs: minutes(1),
    pool: POOL,
    kind: "grant",
    requester: { via: "cli", name: "root" },
    target: { user: ADA, group: "finance" },
    outcome: "done",
    code: undefined,
    reason: undefined,
    steps: [],
    undo: undefined,
    ...over,
  });
}

async function origins() {
  const found: ChangeOrigin[] = [];
  const unread: GovernanceError[] = [];
  const read = auditOrigins({ stateDir, poolId: POOL }, (error) => unread.push(error));
  let failure: unknown;
  try {
    const interval = { after: AFTER, before: new Date(minutes(10)) };
    for await (const origin of read(interval, never)) found.push(origin);
  } catch (error) {
    failure = error;
  }
  expect(failure).toBe(unread[0]);
  return { found, unread: unread.map(({ message }) => message) };
}

const briefly = ({ kind, sub, groupName, fields }: ChangeOrigin) =>
  [kind, sub === ADA ? "ada" : sub === BOB ? "bob" : "", groupName ?? "", fields?.join() ?? ""]
    .join(" ")
    .trim();

test("a change has its time, its id and who asked for it, as the audit log shows them", async () => {
  log({ change: "c-1", requester: { via: "grpc", name: "token:deploy job" } });
  expect((await origins()).found).toEqual([
    {
      at: new Date(minutes(1)),
      kind: "membership_added",
      sub: ADA,
      groupName: "finance",
      requestedBy: "grpc:token:deploy job",
      change: "c-1",
    },
  ]);
});

describe("how a change shows in the pool:", () => {
  test.for<[Partial<AuditRecord>, ...string[]]>([
    [{ kind: "grant" }, "membership_added ada finance"],
    [{ kind: "revoke" }, "membership_removed ada finance"],
    [{ kind: "create-account", target: { user: ADA, loginSha256: "ab" } }, "user_created ada"],
    [
      { kind: "delete-user", target: { user: ADA }, undo: { groups: ["a", "b"] } },
      "user_deleted ada",
      "user_disabled ada",
      "membership_removed ada a",
      "membership_removed ada b",
    ],
    [{ kind: "enable-user", target: { user: ADA } }, "user_enabled ada"],
    [{ kind: "disable-user", target: { user: ADA } }, "user_disabled ada"],
    [{ kind: "update-user-attributes", target: { user: ADA } }, "user_changed ada"],
    [{ kind: "set-password", target: { user: ADA } }, "user_changed ada  status,modified_at"],
    [{ kind: "reset-mfa", target: { user: ADA } }, "user_changed ada  modified_at"],
    [{ kind: "create-group", target: { group: "x" } }, "group_created  x", "group_recreated  x"],
    [{ kind: "update-group", target: { group: "x" } }, "group_changed  x"],
    [
      { kind: "delete-group", target: { group: "x" }, undo: { members: [ADA, BOB] } },
      "group_deleted  x",
      "membership_removed ada x",
      "membership_removed bob x",
    ],
    [{ kind: "disable-user", target: { user: ADA }, outcome: "partial" }, "user_disabled ada"],
    [{ kind: "disable-user", target: { user: ADA }, outcome: "unknown" }, "user_disabled ada"],
    [{ kind: "disable-user", target: { user: ADA }, outcome: "undone" }, "user_changed ada  modified_at"],
    [{ kind: "update-group", target: { group: "x" }, outcome: "undone" }, "group_changed  x modified_at"],
    [{ outcome: "nothing-to-do" }],
    [{ outcome: "refused" }],
    [{ outcome: "failed" }],
    [{ kind: "refused-call", target: {} }],
    [{ pool: "eu-west-1_Another01" }],
  ])("%o", async ([record, ...effects]) => {
    log(record);
    const { found, unread } = await origins();
    expect(found.map(briefly)).toEqual(effects);
    expect(unread).toEqual([]);
  });
});

test("a change a moment before the interval counts: Cognito shows it later", async () => {
  log({ atMs: minutes(-0.5) });
  log({ atMs: minutes(-2) });
  log({ atMs: minutes(11) });
  expect((await origins()).found).toHaveLength(1);
});

describe("a change that has not ended", () => {
  async function begin(over: object, ...steps: "AdminDisableUser"[]) {
    const journal = openJournal({
      dir: stateDir,
      poolId: POOL,
      now: () => minutes(5),
      bootClock: machineBootClock(),
      sleep: async () => {},
    });
    openAuditLog({ path: auditLogPath(stateDir, POOL), now: () => minutes(1) });
    const change = {
      id: "open-1",
      kind: "disable-user" as const,
      lock: `user:${ADA}`,
      beganAtMs: minutes(5),
      requester: { via: "cli" as const, name: "root" },
      target: { user: ADA },
      ...over,
    };
    await journal.begin(change, never);
    for (const step of steps) journal.stepBegun(change.id, step, false);
    return journal;
  }

  test("counts from its first call on", async () => {
    const journal = await begin({}, "AdminDisableUser");
    const { found, unread } = await origins();
    expect(found).toEqual([
      {
        at: new Date(minutes(5)),
        kind: "user_disabled",
        sub: ADA,
        requestedBy: "cli:root",
        change: "open-1",
      },
    ]);
    expect(unread).toEqual([]);
    journal.end();
  });

  test("does not count before its first call", async () => {
    const journal = await begin({});
    expect(await origins()).toEqual({ found: [], unread: [] });
    journal.end();
  });

  test("of an account without its id leaves open who created the accounts", async () => {
    const journal = await begin(
      { kind: "create-account", target: { loginSha256: "ab" } },
      "AdminDisableUser",
    );
    expect((await origins()).unread).toEqual([expect.stringContaining("it is not known whether an account")]);
    journal.end();
  });
});

test("a damaged log yields what can be read, and is reported once", async () => {
  log({ change: "c-1" });
  const path = auditLogPath(stateDir, POOL);
  writeFileSync(path, "not a line\n", { flag: "a" });
  const { found, unread } = await origins();
  expect(found.map(({ change }) => change)).toEqual(["c-1"]);
  expect(unread).toEqual([expect.stringContaining("is damaged: a line is not a JSON object")]);
});

test("without a log and a journal nothing was ever changed", async () => {
  expect(await origins()).toEqual({ found: [], unread: [] });
});
