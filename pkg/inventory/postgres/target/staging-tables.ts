// The tables of one pool's run before it is merged. They are UNLOGGED: a page costs no WAL, and a crash of the server
// empties rows and cursors alike, so that the run begins again.
import { createHash } from "node:crypto";
import { columnSql } from "../../schema/ddl.ts";
import { type HistoryTable, stateColumnNames, stateColumns } from "../../target/columns.ts";
import type { PostgresSession, StatementOptions } from "../session.ts";

/** One more whenever a column changes: the tables of another layout are dropped with the run in them. */
const LAYOUT = 3;

export interface StagingTables {
  readonly run: string;
  readonly listings: string;
  readonly users: string;
  readonly groups: string;
  readonly members: string;
  readonly unlisted: string;
}

/** Pools never share a table: emptying it is then one step, and waits for nobody. */
export function stagingTables(poolId: string): StagingTables {
  const prefix = `${namePrefix(poolId)}${LAYOUT}_`;
  return {
    run: `${prefix}run`,
    listings: `${prefix}listings`,
    users: `${prefix}users`,
    groups: `${prefix}groups`,
    members: `${prefix}members`,
    unlisted: `${prefix}unlisted`,
  };
}

function namePrefix(poolId: string): string {
  return `staging_${createHash("sha256").update(poolId).digest("hex").slice(0, 12)}_`;
}

/** Makes the tables that are missing and what the merge reads them by; drops those of another version. */
export async function openStagingTables(
  session: PostgresSession,
  poolId: string,
  options: StatementOptions,
): Promise<StagingTables> {
  const tables = stagingTables(poolId);
  const { rows } = await session.run(
    "SELECT tablename::text FROM pg_tables WHERE schemaname = $1 AND starts_with(tablename::text, $2)",
    [session.schema, namePrefix(poolId)],
    options,
  );
  const found = new Set(rows.map(([name]) => String(name)));
  const names: readonly string[] = Object.values(tables);
  for (const name of found) if (!names.includes(name)) await session.script(`DROP TABLE ${name}`, options);
  if (!names.every((name) => found.has(name))) {
    await session.script(`${dropAll(names)}; ${createAll(tables)}`, options);
  }
  await session.script(createViews(tables), options);
  return tables;
}

export function emptyAll(tables: StagingTables): string {
  return `TRUNCATE ${Object.values(tables).join(", ")}`;
}

function dropAll(names: readonly string[]): string {
  return `DROP TABLE IF EXISTS ${names.join(", ")}`;
}

function definitions(table: HistoryTable): string {
  return stateColumns(table)
    .map((column) => columnSql(column, "postgres"))
    .join(", ");
}

const KEY = 'text COLLATE "C" NOT NULL';

function createAll({ run, listings, users, groups, members, unlisted }: StagingTables): string {
  return `
    CREATE UNLOGGED TABLE ${run} (
      id integer PRIMARY KEY CHECK (id = 1),
      sync_id text NOT NULL,
      fingerprint text NOT NULL,
      members_reason text,
      began_at bigint NOT NULL,
      progress_at bigint NOT NULL,
      ended_at bigint,
      held boolean NOT NULL DEFAULT false,
      pool text NOT NULL,
      users bigint NOT NULL DEFAULT 0,
      groups bigint NOT NULL DEFAULT 0,
      memberships bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 20);
    CREATE UNLOGGED TABLE ${listings} (
      kind ${KEY}, group_name ${KEY}, token text NOT NULL, state text NOT NULL, pages bigint NOT NULL,
      PRIMARY KEY (kind, group_name)
    ) WITH (fillfactor = 50);
    CREATE UNLOGGED TABLE ${users} (${definitions("users")}, stamp bigint NOT NULL, PRIMARY KEY (sub));
    CREATE UNLOGGED TABLE ${groups} (${definitions("groups")}, PRIMARY KEY (name));
    CREATE UNLOGGED TABLE ${members} (group_name ${KEY}, sub ${KEY}, PRIMARY KEY (group_name, sub));
    CREATE UNLOGGED TABLE ${unlisted} (user_id ${KEY}, is_new boolean NOT NULL, PRIMARY KEY (user_id))`;
}

/** The names that the merge uses, for this session alone. */
function createViews({ users, groups, members }: StagingTables): string {
  return `
    CREATE OR REPLACE TEMP VIEW staged_users AS SELECT ${stateColumnNames("users").join(", ")} FROM ${users};
    CREATE OR REPLACE TEMP VIEW staged_groups AS SELECT ${stateColumnNames("groups").join(", ")} FROM ${groups};
    CREATE OR REPLACE TEMP VIEW staged_memberships AS
      SELECT m.group_name, g.created_at AS group_created_at, m.sub
      FROM ${members} m JOIN ${groups} g ON g.name = m.group_name`;
}
