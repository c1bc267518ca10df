import type { Directory } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import { everyPage, MOST_GROUP_ROWS, MOST_MEMBER_ROWS } from "../../core/every-page.ts";
import type { Group } from "../../core/group.ts";
import type { Member, User } from "../../core/user.ts";

/** The names of all groups of a user, read to the end (mark 16). Rejects with `user-gone`. */
export async function groupsOfUser(
  directory: Pick<Directory, "listGroupsOfUser">,
  username: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  return new Set((await groupListOfUser(directory, username, signal)).map(({ name }) => name));
}

/** The same with all that Cognito says of each group. */
export async function groupListOfUser(
  directory: Pick<Directory, "listGroupsOfUser">,
  username: string,
  signal: AbortSignal,
): Promise<readonly Group[]> {
  const bound = { operation: "AdminListGroupsForUser", mostRows: MOST_GROUP_ROWS };
  const groups: Group[] = [];
  for await (const page of everyPage(bound, (marker) =>
    directory.listGroupsOfUser(username, { marker }, signal),
  )) {
    groups.push(...page);
  }
  return groups;
}

/** The accounts of all members of a group, by sub and username. Rejects with `group-gone`. */
export async function membersOfGroup(
  directory: Pick<Directory, "listMembers">,
  group: string,
  signal: AbortSignal,
): Promise<readonly Member[]> {
  const members = new Map<string, Member>();
  for await (const page of memberPages(directory, group, signal)) {
    for (const { sub, username } of page) members.set(sub, { sub, username });
  }
  return [...members.values()];
}

/** The same page by page, for a caller that may stop. Cognito may list a member twice. */
export function memberPages(
  directory: Pick<Directory, "listMembers">,
  group: string,
  signal: AbortSignal,
): AsyncGenerator<readonly User[], void> {
  const bound = { operation: "ListUsersInGroup", mostRows: MOST_MEMBER_ROWS };
  return everyPage(bound, (marker) => directory.listMembers(group, { marker }, signal));
}

export function groupGone(name: string): GovernanceError {
  return new GovernanceError("not-found", `group ${name} is not in this pool`, { reason: "group-gone" });
}
