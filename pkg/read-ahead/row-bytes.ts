import type { Group } from "../core/group.ts";
import type { Member, User } from "../core/user.ts";

/** The objects and dates of a row, beside its texts. */
const ROW_BYTES = 400;
/** One attribute in a map, beside its texts. */
const ENTRY_BYTES = 60;

/** About what the row takes in memory, where a text may take two bytes a character. */
export function userBytes({ attributes, username, identities }: User): number {
  let bytes = ROW_BYTES + 2 * username.length;
  for (const [name, value] of attributes) bytes += ENTRY_BYTES + 2 * (name.length + value.length);
  return bytes + identities.length * ROW_BYTES;
}

export function memberBytes({ sub, username }: Member): number {
  return ENTRY_BYTES + 2 * (sub.length + username.length);
}

export function groupBytes({ name, description = "", roleArn = "" }: Group): number {
  return ROW_BYTES + 2 * (name.length + description.length + roleArn.length);
}
