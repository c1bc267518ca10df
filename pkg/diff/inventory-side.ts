import { WHOLE_POOL } from "../core/sync-scope.ts";
import { firstRow, type NamedRow, namedRows } from "../inventory/named-row.ts";
import type { InventoryReader } from "../inventory/reader.ts";
import type { InventoryRun } from "../inventory/runs.ts";
import { ATTRIBUTE_CELLS, attributesOf } from "../inventory/user-row.ts";
import { canonicalFields } from "./canonical.ts";
import { identitiesText } from "./identities.ts";
import type { ComparedGroup, ComparedUser, Side } from "./side.ts";

export interface InventorySideOptions {
  /** A reader of its own: the side closes it, and reads one listing at a time. */
  readonly reader: InventoryReader;
  /** Another one, for what is asked while a listing is read. Called once at most. */
  readonly openOther: () => Promise<InventoryReader>;
  readonly run: InventoryRun;
  /** As it was written, for messages. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** The pool as a run found it. History is never rewritten, so it is the same for as long as it is read. */
export function inventorySide({ reader, openOther, run, name, signal }: InventorySideOptions): Side {
  let other: Promise<InventoryReader> | undefined;
  const options = { signal, timeoutMs: LONGEST_LISTING_MS };
  const rows = (columns: string, table: string, order: string): AsyncGenerator<NamedRow> =>
    namedRows(
      reader,
      `SELECT ${columns} FROM ${table}
       WHERE pool_id = ? AND from_run <= ? AND (to_run IS NULL OR to_run > ?) ORDER BY ${order}`,
      [run.poolId, run.run, run.run],
      options,
    );
  return {
    name: `${name} (run ${run.run}, which ended ${run.endedAt.toISOString()})`,
    poolId: run.poolId,
    scope: { ...WHOLE_POOL, userIdKind: "sub" },
    async *users() {
      for await (const row of rows(USER_COLUMNS, "users", "sub")) yield comparedUser(row);
    },
    async *groups() {
      for await (const row of rows(GROUP_COLUMNS, "groups", "name")) yield comparedGroup(row);
    },
    async *memberships() {
      const order = "group_name, sub, group_created_at";
      for await (const row of rows(order, "memberships", order)) {
        yield {
          group: row.text("group_name"),
          sub: row.text("sub"),
          groupCreatedAt: row.text("group_created_at"),
        };
      }
    },
    async usernameOf(sub) {
      other ??= openOther();
      const sql =
        "SELECT username FROM users WHERE pool_id = ? AND sub = ? AND from_run <= ? ORDER BY from_run DESC";
      const row = await firstRow(await other, sql, [run.poolId, sub, run.run], { signal });
      return row?.optionalText("username");
    },
    async close() {
      await reader.close();
      await (await other)?.close();
    },
  };
}

/** Of the time that the database works, for a pool of any size. */
const LONGEST_LISTING_MS = 3_600_000;

const USER_COLUMNS = `sub, username, enabled, status, modified_at, ${ATTRIBUTE_CELLS.join(", ")}`;
const GROUP_COLUMNS = "name, description, precedence, role_arn, created_at, modified_at";

function comparedUser(row: NamedRow): ComparedUser {
  const username = row.text("username");
  return {
    sub: row.text("sub"),
    username,
    enabled: row.truth("enabled"),
    modifiedAt: row.text("modified_at"),
    fields: canonicalFields([
      ...attributesOf(row),
      ["username", username],
      ["status", row.text("status")],
      ["identities", identitiesText(row.json("identities"))],
    ]),
  };
}

function comparedGroup(row: NamedRow): ComparedGroup {
  return {
    name: row.text("name"),
    createdAt: row.text("created_at"),
    modifiedAt: row.text("modified_at"),
    fields: canonicalFields(
      ["description", "precedence", "role_arn"].map((name) => [name, row.optionalText(name)] as const),
    ),
  };
}
