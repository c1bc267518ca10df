// The names of what is so in a pool, and which of them a reading is about.

export const userKey = (sub: string): string => `user ${sub}`;
export const nameKey = (username: string): string => `name ${username}`;
export const groupKey = (group: string): string => `group ${group}`;
export const enabledKey = (sub: string): string => `enabled ${sub}`;
export const statusKey = (sub: string, status: string): string => `status ${sub} ${status}`;
export const attributeKey = (sub: string, name: string, value: string): string =>
  `attribute ${sub} ${name} ${value}`;
/** A sub has no space in it, and the name of a group may. */
export const memberKey = (sub: string, group: string): string => `member ${sub} ${group}`;
const MEMBER = "member ";

/** What a reading names if it is there. */
export type Cover = "users" | "groups" | "pool" | "inventory" | "nothing" | { readonly membersOf: string };

/** What an inventory says of each user beside the id. */
const OF_USERS = /^(?:name|enabled|status|attribute) /;

export function isCovered(cover: Cover, key: string): boolean {
  if (cover === "nothing") return false;
  if (cover === "users") return key.startsWith("user ");
  if (cover === "groups") return key.startsWith("group ");
  if (cover === "pool") return isCovered("users", key) || isCovered("groups", key) || key.startsWith(MEMBER);
  if (cover === "inventory") return isCovered("pool", key) || OF_USERS.test(key);
  return key.startsWith(MEMBER) && key.slice(MEMBER.length + 37) === cover.membersOf;
}
