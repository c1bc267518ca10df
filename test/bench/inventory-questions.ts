import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import type { InventoryReader, SqlCell, SqlValue } from "../../pkg/inventory/reader.ts";

export interface Answer {
  readonly question: string;
  readonly rows: number;
  /** The slowest of some runs, the first one included. */
  readonly ms: number;
}

const never = new AbortController().signal;
const TIMES = 5;

/** What people ask of an inventory, with the time that it takes. */
export async function askInventory(path: string): Promise<readonly Answer[]> {
  const reader = await openInventoryReader({ engine: "sqlite", name: path }, never);
  try {
    const [[pool = "", run = 0] = []] = await read(
      reader,
      "SELECT pool_id, max(run) FROM runs GROUP BY pool_id",
      [],
    );
    // A person in several groups, and a group of the average size.
    const [[sub = ""] = []] = await read(
      reader,
      "SELECT sub FROM (SELECT sub FROM memberships WHERE to_run IS NULL LIMIT 20000) GROUP BY sub ORDER BY count(*) DESC, sub LIMIT 1",
      [],
    );
    const [[group = ""] = []] = await read(
      reader,
      `SELECT group_name FROM (SELECT group_name, count(*) AS n FROM memberships WHERE to_run IS NULL GROUP BY group_name)
       ORDER BY abs(n - (SELECT memberships * 1.0 / groups FROM runs ORDER BY run DESC LIMIT 1)) LIMIT 1`,
      [],
    );
    return [
      await ask(reader, "one person", "SELECT * FROM current_users WHERE pool_id = ? AND sub = ?", [
        pool,
        sub,
      ]),
      await ask(
        reader,
        "members of one group",
        "SELECT username, email FROM current_memberships WHERE pool_id = ? AND group_name = ?",
        [pool, group],
      ),
      await ask(
        reader,
        "groups of one person",
        "SELECT group_name FROM current_memberships WHERE pool_id = ? AND sub = ?",
        [pool, sub],
      ),
      await ask(
        reader,
        "changes of the last run",
        "SELECT after, before, kind, sub, group_name, field, requested_by, change FROM changes WHERE pool_id = ? AND run = ?",
        [pool, run],
      ),
    ];
  } finally {
    await reader.close();
  }
}

async function ask(
  reader: InventoryReader,
  question: string,
  sql: string,
  parameters: readonly SqlValue[],
): Promise<Answer> {
  let ms = 0;
  let rows = 0;
  for (let turn = 0; turn < TIMES; turn += 1) {
    const before = performance.now();
    rows = (await read(reader, sql, parameters)).length;
    ms = Math.max(ms, performance.now() - before);
  }
  return { question, rows, ms };
}

async function read(
  reader: InventoryReader,
  sql: string,
  parameters: readonly SqlValue[],
): Promise<readonly (readonly SqlCell[])[]> {
  const rows: (readonly SqlCell[])[] = [];
  for await (const row of (await reader.query(sql, parameters)).rows) rows.push(row);
  return rows;
}
