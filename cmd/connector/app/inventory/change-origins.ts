// Who asked for the changes that a run of the inventory finds: from the audit log and the journal of the state directory.
import { CHANGE_KINDS, type ChangeKind, type UndoRecord } from "../../../../pkg/core/change.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { RecordedKind } from "../../../../pkg/inventory/schema/recorded-kinds.ts";
import type { ChangeOrigin, ReadChangeOrigins } from "../../../../pkg/inventory/target/change-origins.ts";
import { auditLogPath } from "../../../../pkg/ops/audit/audit-log.ts";
import type { AuditLine } from "../../../../pkg/ops/audit/parse-line.ts";
import { requesterText } from "../../../../pkg/ops/audit/read-audit.ts";
import { readAuditInterval } from "../../../../pkg/ops/audit/read-interval.ts";
import { readOpenChanges } from "../../../../pkg/store/journal/read-open-changes.ts";
import { journalDatabasePath } from "../../../../pkg/store/journal/state-directory.ts";
import type { RecordsPlace } from "../records/records.ts";

/** Cognito shows a change a little after it was made, so the run before may have missed it. */
const SHOWN_LATER_MS = 60_000;

/**
 * Reads what a state directory knows of the changes that the connector made. `onUnread` gets the reason where that may not
 * be all; the reader rejects with the same one.
 */
export function auditOrigins(
  place: RecordsPlace,
  onUnread: (error: GovernanceError) => void,
): ReadChangeOrigins {
  return async function* originsIn(interval, signal) {
    try {
      yield* originsFrom(place, interval, signal);
    } catch (error) {
      const failure = GovernanceError.from(error);
      if (!signal.aborted) onUnread(failure);
      throw failure;
    }
  };
}

async function* originsFrom(
  { stateDir, poolId }: RecordsPlace,
  { after, before }: Parameters<ReadChangeOrigins>[0],
  signal: AbortSignal,
): AsyncGenerator<ChangeOrigin> {
  const wholeFromMs = after.getTime();
  const untilMs = before.getTime();
  const interval = { sinceMs: wholeFromMs - SHOWN_LATER_MS, untilMs, wholeFromMs };
  // Before the log: a change that ends meanwhile is then in one of the two.
  const open = readOpenChanges(stateDir, poolId).filter(({ beganAtMs }) => beganAtMs <= untilMs);
  const place = { path: auditLogPath(stateDir, poolId), createdWith: journalDatabasePath(stateDir, poolId) };
  let hasUnknownAccount = false;
  for await (const line of readAuditInterval(place, interval, signal)) {
    if (line.pool !== poolId) continue;
    hasUnknownAccount ||= isUnknownAccount(line);
    yield* originsOfLine(line);
  }
  for (const change of open) {
    hasUnknownAccount ||= isUnknownAccount({ ...change, outcome: "unknown" });
    const { id, kind, beganAtMs, requester, target, undo } = change;
    const made = { at: new Date(beganAtMs), requestedBy: requesterText({ by: requester }), change: id };
    for (const effect of effectsOf(kind, { ...target, undo })) yield { ...effect, ...made };
  }
  if (hasUnknownAccount) {
    throw new GovernanceError(
      "failed-precondition",
      "it is not known whether an account that was asked for was created; connector audit show --kind create-account lists it",
    );
  }
}

function isUnknownAccount({
  kind,
  outcome,
  target,
}: Pick<AuditLine, "kind" | "outcome" | "target">): boolean {
  return kind === "create-account" && TOOK_EFFECT.has(outcome) && target.user === undefined;
}

/** Something of the change is in effect, or may be. */
const TOOK_EFFECT: ReadonlySet<string> = new Set(["done", "partial", "unknown"]);

function* originsOfLine({ kind, target, outcome, undo, ...line }: AuditLine): Generator<ChangeOrigin> {
  const known = CHANGE_KINDS.find((one) => one === kind);
  if (known === undefined) return;
  const made = { at: new Date(line.time), requestedBy: requesterText(line), change: line.change };
  const effects =
    outcome === "undone"
      ? touched(target)
      : TOOK_EFFECT.has(outcome)
        ? effectsOf(known, { ...target, undo })
        : [];
  for (const effect of effects) yield { ...effect, ...made };
}

interface Changed {
  readonly user?: string;
  readonly group?: string;
  readonly undo: Readonly<Record<string, unknown>> | UndoRecord | undefined;
}

type Effect = Pick<ChangeOrigin, "kind" | "sub" | "groupName" | "fields">;

const STATUS = ["status"];
const MODIFIED = ["modified_at"];

function effectsOf(kind: ChangeKind, changed: Changed): readonly Effect[] {
  return [...EFFECTS[kind](changed), ...touched(changed)];
}

/** All that is left of a change that was undone, or that a later one took back. */
function touched({ user, group }: Omit<Changed, "undo">): readonly Effect[] {
  return [...ofUser("user_changed", user, MODIFIED), ...ofGroup("group_changed", group, MODIFIED)];
}

/** How each kind of change shows in the pool, beside the time of the last change. */
const EFFECTS: Readonly<Record<ChangeKind, (changed: Changed) => readonly Effect[]>> = {
  grant: ({ user, group }) => membership("membership_added", user, group),
  revoke: ({ user, group }) => membership("membership_removed", user, group),
  "create-account": ({ user, undo }) => [...ofUser("user_created", user), ...ofGroups(user, undo)],
  // A deletion that fails half way may leave the account disabled.
  "delete-user": ({ user, undo }) => [
    ...ofUser("user_deleted", user),
    ...ofUser("user_disabled", user),
    ...textsIn(undo, "groups").flatMap((group) => [
      ...membership("membership_removed", user, group),
      ...ofGroup("group_changed", group, MODIFIED),
    ]),
  ],
  "enable-user": ({ user }) => ofUser("user_enabled", user),
  "disable-user": ({ user }) => ofUser("user_disabled", user),
  "update-user-attributes": ({ user, undo }) => ofUser("user_changed", user, fieldsIn(undo)),
  "change-user": ({ user, undo }) => [
    ...ofUser(
      "user_changed",
      user,
      fieldsIn(undo)?.map((field) => (field === "password" ? "status" : field)),
    ),
    ...(fieldsIn(undo)?.includes("enabled") === true
      ? [...ofUser("user_enabled", user), ...ofUser("user_disabled", user)]
      : []),
    ...ofGroups(user, undo),
  ],
  "rotate-credential": ({ user }) => ofUser("user_changed", user, STATUS),
  "set-password": ({ user }) => ofUser("user_changed", user, STATUS),
  "reset-password": ({ user }) => ofUser("user_changed", user, STATUS),
  "resend-invitation": ({ user }) => ofUser("user_changed", user, STATUS),
  "sign-out-user": () => [],
  "confirm-sign-up": ({ user }) => ofUser("user_changed", user, STATUS),
  "reset-mfa": () => [],
  "create-group": ({ group }) => [...ofGroup("group_created", group), ...ofGroup("group_recreated", group)],
  "update-group": ({ group, undo }) => ofGroup("group_changed", group, fieldsIn(undo)),
  "delete-group": ({ group, undo }) => [
    ...ofGroup("group_deleted", group),
    ...textsIn(undo, "members").flatMap((user) => membership("membership_removed", user, group)),
  ],
};

/** The memberships that a change of an account adds and removes. */
function ofGroups(user: string | undefined, undo: Changed["undo"]): readonly Effect[] {
  const added = textsIn(undo, "addedGroups");
  const removed = textsIn(undo, "removedGroups");
  return [
    ...added.flatMap((group) => membership("membership_added", user, group)),
    ...removed.flatMap((group) => membership("membership_removed", user, group)),
    ...[...added, ...removed].flatMap((group) => ofGroup("group_changed", group, MODIFIED)),
  ];
}

function ofUser(kind: RecordedKind, sub: string | undefined, fields?: readonly string[]): readonly Effect[] {
  return sub === undefined ? [] : [{ kind, sub, ...(fields === undefined ? {} : { fields }) }];
}

function ofGroup(
  kind: RecordedKind,
  groupName: string | undefined,
  fields?: readonly string[],
): readonly Effect[] {
  return groupName === undefined ? [] : [{ kind, groupName, ...(fields === undefined ? {} : { fields }) }];
}

function membership(
  kind: RecordedKind,
  sub: string | undefined,
  groupName: string | undefined,
): readonly Effect[] {
  return sub === undefined || groupName === undefined ? [] : [{ kind, sub, groupName }];
}

/** A line of an earlier version does not name them: it may have changed any. */
function fieldsIn(undo: Changed["undo"]): readonly string[] | undefined {
  return undo?.["fields"] === undefined ? undefined : textsIn(undo, "fields");
}

function textsIn(undo: Changed["undo"], member: keyof UndoRecord): readonly string[] {
  const found: unknown = undo?.[member];
  return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
}
