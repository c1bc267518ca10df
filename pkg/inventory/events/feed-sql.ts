// The queries of the event feed, the same in both engines.
import { USER_ROW_COLUMNS } from "../user-row.ts";

/** The first change of the runs that ended at a time or later. The clock may have been set back: the first such run counts. */
export const FIRST_CHANGE_SINCE = `
  SELECT c.change_number FROM recorded_changes c
  WHERE c.pool_id = ? AND c.run >= (SELECT min(r.run) FROM runs r WHERE r.pool_id = ? AND r.ended_at >= ?)
  ORDER BY c.run, c.change_number LIMIT 1`;

/**
 * The changes from a number on, with the run before theirs, and the user as the run saw it: a user who is gone has the row that
 * the run ended. The page is cut before the joins: SQLite would begin with the runs, and read all changes of each.
 */
export const CHANGES_FROM = `
  SELECT c.change_number, r.sync_id AS run_id, p.began_at AS after, r.ended_at AS before, c.kind, c.group_name, c.change,
    ${USER_ROW_COLUMNS.map((name) => `u.${name}`).join(", ")}
  FROM (
    SELECT n.pool_id, n.change_number, n.run, n.kind, n.sub, n.group_name, n.change FROM recorded_changes n
    WHERE n.pool_id = ? AND n.change_number >= ? ORDER BY n.change_number LIMIT ?
  ) AS c
  LEFT JOIN runs r ON r.pool_id = c.pool_id AND r.run = c.run
  LEFT JOIN runs p ON p.pool_id = c.pool_id AND p.run = c.run - 1
  LEFT JOIN users u ON u.pool_id = c.pool_id AND u.sub = c.sub AND u.from_run = (
    SELECT max(x.from_run) FROM users x WHERE x.pool_id = c.pool_id AND x.sub = c.sub AND x.from_run <= c.run)
  ORDER BY c.change_number`;
