// The groups of one user, whole, in a run that reads memberships by user (D31).

import type { Connector, GroupRow, UserRow } from "../connector/connector.ts";
import type { Sleep } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { createListingGuard, MOST_GROUP_ROWS } from "../core/every-page.ts";

/** AWS does not say the groups of a user, and will not do so later either. Members of groups can be read all the same. */
export class ByUserRefused extends GovernanceError {
  /** Not of one user alone: IAM or the endpoint does not allow the call. */
  get isOfAll(): boolean {
    return isOfAll(this.code);
  }
}

/** AWS contradicts itself for seconds after a change. */
const PAUSES_MS = [500, 2_000, 5_000, 10_000] as const;

/** Every page. None of a user that was deleted since it was listed. */
export async function readGroupsOfUser(
  connector: Connector,
  { user }: UserRow,
  sleep: Sleep,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    try {
      return await readToEnd(connector, { user }, signal);
    } catch (error) {
      if (!(error instanceof GovernanceError)) throw error;
      if (isForGood(error)) throw refusalOf(error, user.sub);
      if (error.reason !== "user-gone") throw error;
      // Believed where AWS says it twice: of a user without memberships nobody would notice a wrong answer.
      if (await connector.isUserGone(user, signal)) return [];
      if (pauseMs !== undefined) await sleep(pauseMs, signal);
    }
  }
  throw new GovernanceError(
    "unavailable",
    `AWS has the user with sub ${user.sub}, and answers that there is no such user where it is asked for the groups; try later`,
  );
}

async function readToEnd(
  connector: Connector,
  { user }: Pick<UserRow, "user">,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> {
  const groups: GroupRow[] = [];
  const guard = createListingGuard({ operation: "AdminListGroupsForUser", mostRows: MOST_GROUP_ROWS });
  let pageToken = "";
  do {
    const { items, nextPageToken } = await connector.listGroupsOfUser(
      user,
      { pageToken, pageSize: 0 },
      signal,
    );
    groups.push(...items);
    pageToken = nextPageToken;
    guard.check({ items, next: pageToken === "" ? undefined : pageToken });
  } while (pageToken !== "");
  return groups;
}

/** What IAM or the endpoint does not allow, and what AWS does not take; not what may pass. */
function isForGood({ code, reason }: GovernanceError): boolean {
  return (
    code === "permission-denied" ||
    code === "unimplemented" ||
    code === "invalid-argument" ||
    reason === "request-refused" ||
    reason === "user-state"
  );
}

function refusalOf(failure: GovernanceError, sub: string): ByUserRefused {
  const { code, cause, reason, requestId } = failure;
  const message = isOfAll(code) ? failure.message : `${failure.message}, of the user with sub ${sub}`;
  return new ByUserRefused(code, message, { cause, reason, requestId });
}

/** IAM or the endpoint does not allow the call. */
function isOfAll(code: GovernanceError["code"]): boolean {
  return code === "permission-denied" || code === "unimplemented";
}
