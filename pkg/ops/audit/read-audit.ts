import { GovernanceError } from "../../core/errors.ts";
import { nameInLog, requesterInLog } from "./audit-line.ts";
import { createChainCheck } from "./chain.ts";
import { type AuditLine, parseLine } from "./parse-line.ts";
import { streamLines } from "./stream-lines.ts";

/** A line must match every member that is given. */
export interface AuditFilter {
  /** Milliseconds since the epoch, inclusive. */
  readonly since?: number | undefined;
  /** Milliseconds since the epoch, exclusive. */
  readonly until?: number | undefined;
  readonly kind?: string | undefined;
  readonly user?: AuditUser | undefined;
  readonly group?: string | undefined;
  readonly outcome?: string | undefined;
  readonly change?: string | undefined;
  /** A part of the requester as `audit show` prints it, such as `cli:root`. */
  readonly by?: string | undefined;
}

/** One person in the log. An account that was refused or undone has no id there, only the hash of its login. */
export interface AuditUser {
  readonly subs: ReadonlySet<string>;
  readonly loginSha256: string | undefined;
}

/** The requester as the log is searched and shown. */
export function requesterText({ by: { via, name } }: Pick<AuditLine, "by">): string {
  return `${via}:${name}`;
}

/**
 * The lines that match, oldest first. From a damaged file it yields every line that can be read and throws `data-loss`
 * at the end with the first bad line, since lines may be forged or missing.
 */
export async function* readAudit(
  path: string,
  filter: AuditFilter,
  signal: AbortSignal,
): AsyncGenerator<AuditLine, void> {
  const check = createChainCheck();
  let bad = 0;
  let firstBad = "";
  let lines = 0;

  function reportBad(line: number, problem: string): void {
    bad += 1;
    if (bad === 1) firstBad = `line ${line} ${problem}`;
  }

  for await (const batch of streamLines(path, signal)) {
    for (const raw of batch.lines) {
      const { line, link, problems } = check(raw);
      lines = line;
      const read = link === undefined ? undefined : parseLine(link.value);
      const problem =
        problems[0] ?? (read === undefined ? "does not have all members of an audit line" : undefined);
      if (problem !== undefined) reportBad(line, problem);
      if (read !== undefined && matchesFilter(read, filter)) yield read;
    }
    if (batch.restBytes > 0) reportBad(lines + 1, "has no line end: a write stopped");
  }
  if (bad === 0) return;
  const others = bad === 1 ? "" : ` (and ${bad - 1} more)`;
  throw new GovernanceError(
    "data-loss",
    `the audit log ${path} is damaged: ${firstBad}${others}; see connector audit verify`,
  );
}

export function matchesFilter(
  line: AuditLine,
  { since, until, kind, user, group, outcome, change, by }: AuditFilter,
): boolean {
  const atMs = Date.parse(line.time);
  return (
    (since === undefined || atMs >= since) &&
    (until === undefined || atMs < until) &&
    matchesText(kind, line.kind) &&
    (user === undefined || isAbout(line, user)) &&
    matchesText(group, line.target.group) &&
    matchesText(outcome, line.outcome) &&
    matchesName(change, line.change) &&
    (by === undefined || requesterText(line).includes(by) || requesterInLog(by) === line.by.name)
  );
}

function isAbout({ target }: AuditLine, { subs, loginSha256 }: AuditUser): boolean {
  if (target.user !== undefined && subs.has(target.user)) return true;
  return loginSha256 !== undefined && target.loginSha256 === loginSha256;
}

function matchesText(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || wanted === found;
}

function matchesName(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || nameInLog(wanted) === found;
}
