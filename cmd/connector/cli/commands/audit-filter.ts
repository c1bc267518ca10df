import { createHash } from "node:crypto";
import { userNameProblem } from "../../../../pkg/core/attributes/names.ts";
import { REFUSED_CALL } from "../../../../pkg/core/audit-log.ts";
import { CHANGE_KINDS, CHANGE_OUTCOMES } from "../../../../pkg/core/change.ts";
import type { EpochMs } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { isUuid } from "../../../../pkg/core/uuid.ts";
import {
  type AuditFilter,
  type AuditUser,
  matchesFilter,
  readAudit,
  requesterText,
} from "../../../../pkg/ops/audit/read-audit.ts";
import { timeOption } from "../time-text.ts";

/** The filters as the command line has them. */
export interface AuditShowFilters {
  /** A date, a date with a time, or how long ago: `2026-11-21`, `2026-11-21T08:00:00Z`, `90m`, `24h`, `7d`. */
  readonly since?: string | undefined;
  /** As `since`, but exclusive. */
  readonly until?: string | undefined;
  readonly kind?: string | undefined;
  /** A sub, a username, an e-mail address or a phone number. */
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly outcome?: string | undefined;
  readonly change?: string | undefined;
  readonly by?: string | undefined;
}

/** The ids of the users that a name means in the pool now; none if there is no such user. */
export type SubsInPool = (name: string) => Promise<readonly string[]>;

/** Throws `invalid-argument` for a filter that cannot match: empty output must mean that there is no such change. */
export function auditFilter(filters: AuditShowFilters, nowMs: EpochMs): Omit<AuditFilter, "user"> {
  const since = timeOption("since", filters.since, nowMs);
  const until = timeOption("until", filters.until, nowMs);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new GovernanceError("invalid-argument", "--since must be before --until");
  }
  const { group, change, by } = filters;
  return {
    group,
    change,
    by,
    since,
    until,
    kind: oneOf("kind", filters.kind, [...CHANGE_KINDS, REFUSED_CALL]),
    outcome: oneOf("outcome", filters.outcome, CHANGE_OUTCOMES),
  };
}

function oneOf(name: string, text: string | undefined, words: readonly string[]): string | undefined {
  if (text === undefined || words.includes(text)) return text;
  throw new GovernanceError(
    "invalid-argument",
    `--${name} must be one of ${words.join(", ")}; got ${JSON.stringify(text)}`,
  );
}

interface FoundUser {
  readonly user: AuditUser;
  /** Why the pool could not be asked, where the log alone knows the name. */
  readonly unasked: GovernanceError | undefined;
}

/**
 * The user that a sub, a username, an e-mail address or a phone number means. The log has subs, and the hash of the login
 * of each account that it saw created; for every other name the pool is asked.
 */
export async function auditUser(
  path: string,
  name: string,
  subsInPool: SubsInPool,
  signal: AbortSignal,
): Promise<FoundUser> {
  if (isUuid(name)) {
    const subs = new Set([name, name.toLowerCase()]);
    return { user: { subs, loginSha256: undefined }, unasked: undefined };
  }
  const login = name.trim().toLowerCase();
  if (login === "") {
    throw new GovernanceError("invalid-argument", `--user: the name ${userNameProblem(name) ?? "is empty"}`);
  }
  const loginSha256 = createHash("sha256").update(login).digest("hex");
  const subs = new Set<string>();
  let inLog = false;
  for await (const { target } of readAudit(path, { user: { subs, loginSha256 } }, signal)) {
    inLog = true;
    if (target.user !== undefined && target.user !== "") subs.add(target.user);
  }
  let unasked: GovernanceError | undefined;
  try {
    for (const sub of await subsInPool(name)) subs.add(sub);
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (!inLog || failure.code === "invalid-argument") {
      throw failure.with({ message: `--user: ${failure.message.replace(/^user: /, "")}` });
    }
    unasked = failure;
  }
  return { user: { subs, loginSha256 }, unasked };
}

/** Says which filters match no line at all, so that an empty output cannot be taken for a name that was mistyped. */
export async function whyNothing(path: string, filter: AuditFilter, signal: AbortSignal): Promise<string> {
  const alone = FILTERS.filter((name) => filter[name] !== undefined).map((name) => ({
    name,
    only: { [name]: filter[name] } satisfies AuditFilter,
    found: false,
  }));
  const requesters = new Set<string>();
  let lines = 0;
  for await (const line of readAudit(path, {}, signal)) {
    lines += 1;
    if (requesters.size < MOST_NAMED) requesters.add(requesterText(line));
    for (const each of alone) each.found ||= matchesFilter(line, each.only);
  }
  if (lines === 0) return "the audit log has no lines yet";
  const missing = alone.filter(({ found }) => !found).map(({ name }) => `--${name}`);
  if (missing.length === 0) return "no line of the audit log matches these filters together";
  const known = missing.includes("--by") ? `; it has changes by ${[...requesters].join(", ")}` : "";
  return `no line of the audit log matches ${missing.join(" or ")}${known}`;
}

const FILTERS = ["since", "until", "kind", "user", "group", "outcome", "change", "by"] as const;
const MOST_NAMED = 10;
