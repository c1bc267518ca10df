import type {
  ColumnDefinition,
  ColumnType,
  InventoryEngine,
  TableDefinition,
  ViewDefinition,
} from "./definition.ts";
import { INVENTORY_TABLES } from "./tables.ts";
import { INVENTORY_VIEWS } from "./views.ts";

/** The newest version of the schema: the one that `createStatements` makes. */
export const INVENTORY_VERSION = 2;

export interface InventoryMigration {
  /** The version that an inventory has afterwards. */
  readonly version: number;
  readonly statements: (engine: InventoryEngine) => readonly string[];
}

/** From version 1 on, in order, each one forward only. A new inventory is made by `createStatements` and needs none. */
export const INVENTORY_MIGRATIONS: readonly InventoryMigration[] = [
  {
    version: 2,
    statements: (engine) => [
      "DROP INDEX memberships_by_user",
      ...INVENTORY_TABLES.flatMap((table) => createIndexes(table, engine, INDEXES_OF_VERSION_2)),
    ],
  },
];

const INDEXES_OF_VERSION_2: ReadonlySet<string> = new Set([
  "memberships_by_user",
  "users_by_folded_username",
  "users_by_folded_preferred_username",
]);

/** Everything in an empty inventory, in order. */
export function createStatements(engine: InventoryEngine): readonly string[] {
  return [
    ...INVENTORY_TABLES.map((table) => createTable(table, engine)),
    ...INVENTORY_TABLES.flatMap((table) => createIndexes(table, engine)),
    ...INVENTORY_VIEWS.map((view) => createView(view, engine)),
  ];
}

/** In PostgreSQL the order of text is that of its bytes, as in SQLite. */
const COLUMN_TYPES: Readonly<Record<InventoryEngine, Readonly<Record<ColumnType, string>>>> = {
  sqlite: { text: "TEXT", integer: "INTEGER", boolean: "INTEGER", time: "TEXT", json: "TEXT" },
  postgres: {
    text: 'text COLLATE "C"',
    integer: "bigint",
    boolean: "boolean",
    time: "timestamptz",
    json: "json",
  },
};

/** The type of a column with NOT NULL where it has to be, for a table of that engine. */
export function columnSql({ name, type, nullable }: ColumnDefinition, engine: InventoryEngine): string {
  return `${name} ${COLUMN_TYPES[engine][type]}${nullable ? "" : " NOT NULL"}`;
}

function createTable({ name, columns, key, clustered }: TableDefinition, engine: InventoryEngine): string {
  const lines = [...columns.map((column) => columnSql(column, engine)), `PRIMARY KEY (${key.join(", ")})`];
  const options = engine === "sqlite" ? ` STRICT${clustered ? ", WITHOUT ROWID" : ""}` : "";
  return `CREATE TABLE ${name} (\n  ${lines.join(",\n  ")}\n)${options}`;
}

/** Those beside the key, or some of them. They may also be made after the first rows, which costs less. */
function createIndexes(
  { name, indexes }: TableDefinition,
  engine: InventoryEngine,
  only?: ReadonlySet<string>,
): readonly string[] {
  return indexes
    .filter((index) => only === undefined || only.has(index.name))
    .map((index) => {
      const kind = index.unique === true ? "UNIQUE INDEX" : "INDEX";
      const condition = index.where === undefined ? "" : ` WHERE ${index.where}`;
      const [first = "", ...others] = index.columns;
      const searched = index.folded === true ? `lower(${first})` : first;
      const isHash = engine === "postgres" && index.long === true;
      const places = isHash ? `USING hash (${searched})` : `(${[searched, ...others].join(", ")})`;
      return `CREATE ${kind} ${index.name} ON ${name} ${places}${condition}`;
    });
}

function createView({ name, columns, select }: ViewDefinition, engine: InventoryEngine): string {
  const names = columns.map((column) => column.name).join(", ");
  return `CREATE VIEW ${name} (${names}) AS ${select(engine).trim()}`;
}
