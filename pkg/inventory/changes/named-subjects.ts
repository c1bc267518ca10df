import { GovernanceError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { firstRow, namedRows } from "../named-row.ts";
import type { InventoryReader } from "../reader.ts";

type Reader = Pick<InventoryReader, "query">;

/** More accounts than can have a name in common in a pool that is in use. */
const MOST_ACCOUNTS = 500;

/**
 * The accounts that have or had this name: a sub, a username, an e-mail address, a phone number or a preferred username;
 * also those that were deleted, and names that were changed. Letters of ASCII count in either case. `not-found`
 * where there is no such account.
 */
export async function subsNamed(
  reader: Reader,
  poolId: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lower = name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const sql = `
    SELECT DISTINCT sub FROM users WHERE pool_id = ? AND (sub = ? OR username = ? OR email = ? OR phone_number = ?
      OR preferred_username = ? OR lower(username) = ? OR lower(email) = ? OR lower(preferred_username) = ?)
    ORDER BY sub LIMIT ${MOST_ACCOUNTS + 1}`;
  const parameters = [poolId, lower, name, name, name, name, lower, lower, lower];
  const subs: string[] = [];
  for await (const row of namedRows(reader, sql, parameters, { signal })) subs.push(row.text("sub"));
  if (subs.length === 0) {
    throw new GovernanceError(
      "not-found",
      "--user: the inventory knows no account of this sub, username, e-mail address or phone number",
    );
  }
  if (subs.length > MOST_ACCOUNTS) {
    throw new GovernanceError(
      "failed-precondition",
      `--user: more than ${MOST_ACCOUNTS} accounts have this name; name one by its sub`,
    );
  }
  return subs;
}

/** `not-found` unless there is or was a group of this name. */
export async function requireGroup(
  reader: Reader,
  poolId: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const sql = "SELECT name FROM groups WHERE pool_id = ? AND name = ? LIMIT 1";
  if ((await firstRow(reader, sql, [poolId, name], { signal })) !== undefined) return;
  const names: string[] = [];
  const all = "SELECT DISTINCT name FROM groups WHERE pool_id = ? ORDER BY name";
  for await (const row of namedRows(reader, all, [poolId], { signal })) names.push(row.text("name"));
  const close = nearest(name, names);
  const hint = close === undefined ? "" : `; did you mean ${JSON.stringify(close)}?`;
  throw new GovernanceError("not-found", `--group: the inventory knows no group of this name${hint}`);
}
