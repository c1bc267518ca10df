import type { Directory } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { Member } from "../../core/user.ts";

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
  const groups: Group[] = [];
  const seen = new Set<string>();
  let marker: string | undefined;
  do {
    const page = await directory.listGroupsOfUser(username, { marker }, signal);
    groups.push(...page.items);
    marker = page.next;
    if (marker !== undefined && seen.has(marker)) {
      throw new GovernanceError("internal", "AdminListGroupsForUser: AWS gave the same page marker twice");
    }
    seen.add(marker ?? "");
  } while (marker !== undefined);
  return groups;
}

/** The accounts of all members of a group, by sub and username. Rejects with `group-gone`. */
export async function membersOfGroup(
  directory: Directory,
  group: string,
  signal: AbortSignal,
): Promise<readonly Member[]> {
  const members = new Map<string, Member>();
  const seen = new Set<string>();
  let marker: string | undefined;
  do {
    const page = await directory.listMembers(group, { marker }, signal);
    for (const { sub, username } of page.items) members.set(sub, { sub, username });
    marker = page.next;
    if (marker !== undefined && seen.has(marker)) {
      throw new GovernanceError("internal", "ListUsersInGroup: AWS gave the same page marker twice");
    }
    seen.add(marker ?? "");
  } while (marker !== undefined);
  return [...members.values()];
}

export function groupGone(name: string): GovernanceError {
  return new GovernanceError("not-found", `group ${name} is not in this pool`, { reason: "group-gone" });
}
