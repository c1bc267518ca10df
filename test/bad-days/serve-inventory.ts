// What an inventory holds, read in one moment: as the names of what is so in a pool.

import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { isRecord } from "../../pkg/core/unknown.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import { attributeKey, enabledKey, groupKey, memberKey, nameKey, statusKey, userKey } from "./serve-keys.ts";

export interface DayInventory {
  /** The value of `--inventory`. */
  readonly setting: string;
  /** Its name in the log. */
  readonly name: string;
  /** One name for each row, and of a user one for each value. Waits for a server that starts again. */
  read(): Promise<readonly string[]>;
}

type Row = Readonly<Record<string, unknown>>;

const PEOPLE = "SELECT * FROM current_users";
const GROUPS = "SELECT name FROM current_groups";
const MEMBERSHIPS = "SELECT group_name, sub FROM current_memberships";

/** A process that begins or ends has the file to itself for a moment. */
const BUSY_MS = 5_000;

export function inventoryInFile(path: string): DayInventory {
  return {
    setting: path,
    name: path,
    async read() {
      const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
      try {
        database.exec("BEGIN");
        const all = (sql: string) => database.prepare(sql).all();
        return keysOf({ people: all(PEOPLE), groups: all(GROUPS), memberships: all(MEMBERSHIPS) });
      } finally {
        database.close();
      }
    },
  };
}

export const POSTGRES_PASSWORD = "geheim";

/** `database`: the role has the same name. */
export function inventoryInPostgres({ port }: PostgresServer, database: string): DayInventory {
  const name = `127.0.0.1:${port}/${database}`;
  return {
    setting: `postgres://${database}@${name}`,
    name,
    read: () => onceItIsThere(() => readPostgres(port, database)),
  };
}

async function readPostgres(port: number, database: string): Promise<readonly string[]> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    database,
    user: database,
    password: POSTGRES_PASSWORD,
    ssl: false,
    connectionTimeoutMillis: BUSY_MS,
  });
  // One that is cut between two statements fails the next one.
  client.on("error", () => {});
  const all = async (sql: string) => (await client.query<Row>(sql)).rows;
  try {
    await client.connect();
    await client.query("SET search_path = connector");
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const people = await all(PEOPLE);
    const groups = await all(GROUPS);
    return keysOf({ people, groups, memberships: await all(MEMBERSHIPS) });
  } finally {
    await client.end().catch(() => {});
  }
}

/** A restart takes seconds; this is the bound of a hang. */
const RESTART_LIMIT_MS = 120_000;
const PAUSE_MS = 50;

async function onceItIsThere<T>(read: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + RESTART_LIMIT_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isAway(error) || performance.now() > untilMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The server is stopped, starts or has cut the connection: nothing is known of the rows. */
function isAway(error: unknown): boolean {
  const code = isRecord(error) ? String(error["code"]) : "";
  if (/^(?:ECONNREFUSED|ECONNRESET|EPIPE|57P0[1-3]|08...)$/.test(code)) return true;
  return error instanceof Error && /connection terminated|timeout expired/i.test(error.message);
}

function keysOf({
  people,
  groups,
  memberships,
}: Readonly<Record<"people" | "groups" | "memberships", readonly Row[]>>): readonly string[] {
  return [
    ...people.flatMap(keysOfPerson),
    ...groups.map(({ name }) => groupKey(String(name))),
    ...memberships.map(({ group_name, sub }) => memberKey(String(sub), String(group_name))),
  ];
}

/** All other columns are attributes of their names. */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set([
  "pool_id",
  "sub",
  "username",
  "enabled",
  "status",
  "federated",
  "created_at",
  "modified_at",
  "attributes",
  "identities",
  "from_run",
]);

function keysOfPerson(row: Row): readonly string[] {
  const sub = String(row["sub"]);
  // SQLite has the text of the object.
  const { attributes } = row;
  const others: unknown = typeof attributes === "string" ? JSON.parse(attributes) : attributes;
  const columns = Object.entries(row).filter(([name, value]) => !NO_ATTRIBUTES.has(name) && value !== null);
  return [
    userKey(sub),
    nameKey(String(row["username"])),
    statusKey(sub, String(row["status"])),
    ...(isTrue(row["enabled"]) ? [enabledKey(sub)] : []),
    ...columns.map(([name, value]) => attributeKey(sub, name, textOf(value))),
    ...Object.entries(isRecord(others) ? others : {}).map(([name, value]) =>
      attributeKey(sub, name, String(value)),
    ),
  ];
}

/** SQLite has 0 and 1. */
const isTrue = (value: unknown): boolean => value === true || value === 1;

const textOf = (value: unknown): string => (typeof value === "string" ? value : String(isTrue(value)));
