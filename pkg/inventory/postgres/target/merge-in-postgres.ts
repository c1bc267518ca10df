import type { MergeSession } from "../../target/merge-session.ts";
import type { PostgresSession, StatementOptions } from "../session.ts";
import { numbered } from "../sql-text.ts";

/** A statement of a merge may rewrite every row of the pool. */
const MERGE_MS = 2 * 60 * 60_000;
const ROWS_AT_ONCE = 500;

export const MERGING: StatementOptions = { doing: "publish the run in", timeoutMs: MERGE_MS };

/** Within a transaction: the bounds of its statements, and memory for its joins. */
export const MERGE_SETTINGS = `SET LOCAL statement_timeout = ${MERGE_MS}; SET LOCAL work_mem = '64MB'`;

/** The session of a merge. The signal stops the statement that is at work. */
export function mergeOver(session: PostgresSession, signal: AbortSignal): MergeSession {
  const options = { ...MERGING, signal };
  let cursors = 0;
  return {
    async run(sql, parameters = []) {
      const { count } = await session.run(numbered(sql), parameters, options);
      return count;
    },
    async *read(sql, parameters = []) {
      cursors += 1;
      const cursor = `merge_${cursors}`;
      await session.run(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${numbered(sql)}`, parameters, options);
      for (;;) {
        const { rows } = await session.run(`FETCH ${ROWS_AT_ONCE} FROM ${cursor}`, [], options);
        if (rows.length > 0) yield rows;
        if (rows.length < ROWS_AT_ONCE) break;
      }
      await session.run(`CLOSE ${cursor}`, [], options);
    },
    async filled(table) {
      await session.script(`ANALYZE ${table}`, options);
    },
  };
}
