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
  const made = { at: new Date(minutes(1)), requestedBy: "grpc:token:deploy job", change: "c-1" };
  expect((await origins()).found).toEqual([
    { kind: "membership_added", sub: ADA, groupName: "finance", ...made },
    { kind: "user_changed", sub: ADA, fields: ["modified_at"], ...made },
    { kind: "group_changed", groupName: "finance", fields: ["modified_at"], ...made },
  ]);
});

/** What is left where a later change took this one back: only the time of the last change. */
const ADA_TOUCHED = "user_changed ada  modified_at";
const BOTH_TOUCHED = [ADA_TOUCHED, "group_changed  finance modified_at"];

describe("how a change shows in the pool:", () => {
  test.for<[Partial<AuditRecord>, ...string[]]>([
    [{ kind: "grant" }, "membership_added ada finance", ...BOTH_TOUCHED],
    [{ kind: "revoke" }, "membership_removed ada finance", ...BOTH_TOUCHED],
    [{ kind: "create-account", target: { user: ADA, loginSha256: "ab" } }, "user_created ada", ADA_TOUCHED],
    [
      { kind: "create-account", target: { user: ADA }, undo: { addedGroups: ["a"] } },
      "user_created ada",
      "membership_added ada a",
      "group_changed  a modified_at",
      ADA_TOUCHED,
    ],
    [
      {
        kind: "change-user",
        target: { user: ADA },
        undo: { fields: ["nickname", "enabled", "password"], addedGroups: ["a"], removedGroups: ["b"] },
      },
      "user_changed ada  nickname,enabled,status",
      "user_enabled ada",
      "user_disabled ada",
      "membership_added ada a",
      "membership_removed ada b",
      "group_changed  a modified_at",
      "group_changed  b modified_at",
      ADA_TOUCHED,
    ],
    [
      { kind: "change-user", target: { user: ADA }, undo: { fields: [], addedGroups: ["a"] } },
      "user_changed ada",
      "membership_added ada a",
      "group_changed  a modified_at",
      ADA_TOUCHED,
    ],
    [
      { kind: "delete-user", target: { user: ADA }, undo: { groups: ["a", "b"] } },
      "user_deleted ada",
      "user_disabled ada",
      "membership_removed ada a",
      "group_changed  a modified_at",
      "membership_removed ada b",
      "group_changed  b modified_at",
      ADA_TOUCHED,
    ],
    [{ kind: "enable-user", target: { user: ADA } }, "user_enabled ada", ADA_TOUCHED],
    [{ kind: "disable-user", target: { user: ADA } }, "user_disabled ada", ADA_TOUCHED],
    [{ kind: "update-user-attributes", target: { user: ADA } }, "user_changed ada", ADA_TOUCHED],
    [
      { kind: "update-user-attributes", target: { user: ADA }, undo: { fields: ["email", "nickname"] } },
      "user_changed ada  email,nickname",
      ADA_TOUCHED,
    ],
    [{ kind: "set-password", target: { user: ADA } }, "user_changed ada  status", ADA_TOUCHED],
    [{ kind: "reset-mfa", target: { user: ADA } }, ADA_TOUCHED],
    [
      { kind: "create-group", target: { group: "x" } },
      "group_created  x",
      "group_recreated  x",
      "group_changed  x modified_at",
    ],
    [{ kind: "update-group", target: { group: "x" } }, "group_changed  x", "group_changed  x modified_at"],
    [
      { kind: "update-group", target: { group: "x" }, undo: { fields: ["precedence"] } },
      "group_changed  x precedence",
      "group_changed  x modified_at",
    ],
    [
      { kind: "delete-group", target: { group: "x" }, undo: { members: [ADA, BOB] } },
      "group_deleted  x",
      "membership_removed ada x",
      "membership_removed bob x",
      "group_changed  x modified_at",
    ],
    [{ kind: "disable-user", target: { user: ADA }, outcome: "partial" }, "user_disabled ada", ADA_TOUCHED],
    [{ kind: "disable-user", target: { user: ADA }, outcome: "unknown" }, "user_disabled ada", ADA_TOUCHED],
    [{ kind: "disable-user", target: { user: ADA }, outcome: "undone" }, ADA_TOUCHED],
    [{ outcome: "undone" }, ...BOTH_TOUCHED],
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
  log({ atMs: minutes(-0.5), change: "a moment before" });
  log({ atMs: minutes(-2) });
  log({ atMs: minutes(11) });
  const { found } = await origins();
  expect([...new Set(found.map(({ change }) => change))]).toEqual(["a moment before"]);
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
    const made = { at: new Date(minutes(5)), requestedBy: "cli:root", change: "open-1" };
    expect(found).toEqual([
      { kind: "user_disabled", sub: ADA, ...made },
      { kind: "user_changed", sub: ADA, fields: ["modified_at"], ...made },
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
  expect([...new Set(found.map(({ change }) => change))]).toEqual(["c-1"]);
  expect(unread).toEqual([expect.stringContaining("is damaged: a line is not a JSON object")]);
});

test("without a log and a journal nothing was ever changed", async () => {
  expect(await origins()).toEqual({ found: [], unread: [] });
});
