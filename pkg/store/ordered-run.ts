import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { GovernanceError } from "../core/errors.ts";
import { parseScope, type SyncScope } from "../core/sync-scope.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import { type Resource, ResourceSchema } from "../protocol/messages.ts";
import type { DatabaseSync } from "../sqlite/database.ts";
import { type SqlRow, textIn } from "../sqlite/rows.ts";

/** What this connector wrote beside a run. */
export interface RunOrigin {
  readonly poolId: string;
  readonly userIdKind: "sub" | "username";
  /** What was read of the pool. */
  readonly scope: SyncScope;
}

/** The rows of one run in the order of the bytes of their keys. */
export interface OrderedRun {
  users(): Iterable<Resource>;
  groups(): Iterable<Resource>;
  memberships(): Iterable<{ readonly group: string; readonly userKey: string }>;
  /** By its key. */
  user(key: string): Resource | undefined;
}

/** The file of the run, with its failures. */
export interface RunFile {
  readonly name: string;
  readonly database: DatabaseSync;
  rows(sql: string, ...parameters: readonly string[]): Iterable<SqlRow>;
  message<D extends DescMessage>(desc: D, row: SqlRow): MessageShape<D>;
}

/** The id of a user is its key, unless `keyOf` gives another one: those are kept in a file of SQLite's own, not in memory. */
export function orderedRun(
  file: RunFile,
  syncId: string,
  keyOf: ((user: Resource) => string) | undefined,
): OrderedRun {
  const resource = (row: SqlRow): Resource => file.message(ResourceSchema, row);
  const resources = function* (sql: string, ...parameters: readonly string[]): Generator<Resource> {
    for (const row of file.rows(sql, syncId, ...parameters)) yield resource(row);
  };
  if (keyOf !== undefined) storeKeys(file.database, resources(BY_ID, USER_TYPE), keyOf);
  const sql = keyOf === undefined ? BY_OWN_ID : BY_STORED_KEY;
  return {
    users: () => resources(sql.users, USER_TYPE),
    groups: () => resources(BY_ID, GROUP_TYPE),
    *memberships() {
      for (const row of file.rows(sql.memberships, syncId))
        yield { group: textIn(row, "resource_id"), userKey: textIn(row, "member") };
    },
    user: (key) => [...resources(sql.user, key)][0],
  };
}

// The plus keeps SQLite from the index of the types: that of the ids has the rows in order, and needs no sort.
const BY_ID = `
  SELECT data FROM v1_resources WHERE sync_id = ?1 AND +resource_type_id = ?2 ORDER BY external_id`;

const BY_OWN_ID = {
  users: BY_ID,
  memberships: `
    SELECT resource_id, principal_resource_id AS member FROM v1_grants WHERE sync_id = ?1 ORDER BY 1, 2`,
  user: `SELECT data FROM v1_resources WHERE sync_id = ?1 AND external_id = '${USER_TYPE}:' || ?2`,
};

const BY_STORED_KEY = {
  users: `
    SELECT r.data FROM temp.keys k
    JOIN v1_resources r ON r.external_id = ?2 || ':' || k.id AND r.sync_id = ?1 ORDER BY k.key`,
  memberships: `
    SELECT g.resource_id, k.key AS member FROM v1_grants g
    JOIN temp.keys k ON k.id = g.principal_resource_id WHERE g.sync_id = ?1 ORDER BY 1, 2`,
  user: `
    SELECT r.data FROM temp.keys k
    JOIN v1_resources r ON r.external_id = '${USER_TYPE}:' || k.id AND r.sync_id = ?1 WHERE k.key = ?2`,
};

function storeKeys(
  database: DatabaseSync,
  users: Iterable<Resource>,
  keyOf: (user: Resource) => string,
): void {
  database.exec(`
    PRAGMA temp_store = FILE;
    DROP TABLE IF EXISTS temp.keys;
    CREATE TEMP TABLE keys (id TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
    BEGIN`);
  const insert = database.prepare("INSERT OR IGNORE INTO temp.keys VALUES (?, ?)");
  for (const user of users) insert.run(user.id?.resource ?? "", keyOf(user));
  database.exec("COMMIT; CREATE UNIQUE INDEX temp.keys_by_key ON keys (key)");
}

/** Where the run is from; undefined for a run of another writer. */
export function runOrigin(file: RunFile, syncId: string): RunOrigin | undefined {
  const columns = new Set(
    [...file.rows("SELECT name FROM pragma_table_info('connector_runs')")].map((row) => textIn(row, "name")),
  );
  if (!columns.has("user_id_kind")) return undefined;
  // A file of an earlier version, whose runs are all of the whole pool, does not have the column.
  const scope = columns.has("scope") ? "scope" : "'' AS scope";
  const [row] = file.rows(
    `SELECT user_pool_id, user_id_kind, ${scope} FROM connector_runs WHERE sync_id = ?1`,
    syncId,
  );
  if (row === undefined) return undefined;
  const kind = textIn(row, "user_id_kind");
  const read = parseScope(textIn(row, "scope"));
  if ((kind !== "sub" && kind !== "username") || read === undefined) {
    throw new GovernanceError(
      "data-loss",
      `${file.name} is damaged: it does not say how run ${syncId} was read`,
    );
  }
  return { poolId: textIn(row, "user_pool_id"), userIdKind: kind, scope: read };
}
