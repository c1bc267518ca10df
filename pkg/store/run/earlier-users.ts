import { setImmediate as nextTurn } from "node:timers/promises";
import { USER_TYPE } from "../../protocol/ids.ts";
import { numberIn, type SqlRow, textIn } from "../../sqlite/rows.ts";
import { foundIn, type RunStatements } from "./run-statements.ts";
import type { FoundRow, UuidTable } from "./uuid-table.ts";

/** Rows that are read in one turn of the event loop. */
const PIECE = 1000;

interface EarlierUsers {
  /** All users of the run. */
  readonly users: number;
  /** Has no user yet. */
  readonly memory: UuidTable;
}

/**
 * Reads the users of an earlier process into memory, without those in `names`, which gets whom memory cannot take. Returns
 * whether `names` has some. No transaction is open. Rejects with the reason of the signal between two pieces; the database is
 * then as it was, or holds in `names` some who are read from there the next time.
 */
export async function readEarlierUsers(
  sql: RunStatements,
  { users, memory }: EarlierUsers,
  signal: AbortSignal,
): Promise<boolean> {
  const named = sql.named.get(USER_TYPE);
  const total = numberIn(named, "total");
  // Most of them came when memory was full: no row before the first of them need be looked for in `names`.
  const firstNamed = total === 0 ? Number.POSITIVE_INFINITY : numberIn(named, "first");
  const isNamed = (id: string, { row }: FoundRow): boolean =>
    row >= firstNamed && sql.findResource.get(USER_TYPE, id) !== undefined;
  let unread = users - total;
  let hasNames = total > 0;
  memory.reserve(unread);
  for (let last = 0; unread > 0; ) {
    await nextTurn();
    signal.throwIfAborted();
    const piece = sql.resourcesAfter.all(USER_TYPE, last, PIECE).map(userIn);
    const end = piece.at(-1);
    if (end === undefined) break;
    last = end.found.row;
    const unnamed = piece.filter(({ id, found }) => !isNamed(id, found));
    unread -= unnamed.length;
    const others = unnamed.filter(({ id, found }) => {
      const fits = memory.makeRoom(id, found.row, 0);
      if (fits) memory.put(id, found);
      return !fits;
    });
    // The process before had more memory.
    if (others.length > 0) name(sql, others);
    hasNames ||= others.length > 0;
  }
  return hasNames;
}

interface EarlierUser {
  readonly id: string;
  readonly found: FoundRow;
}

function userIn(row: SqlRow): EarlierUser {
  return { id: textIn(row, "resource_id"), found: foundIn(row) };
}

function name(sql: RunStatements, users: readonly EarlierUser[]): void {
  sql.beginTransaction.run();
  for (const { id, found } of users) sql.insertName.run(USER_TYPE, id, found.row, found.stamp);
  sql.commitTransaction.run();
}
