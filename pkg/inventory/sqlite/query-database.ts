import { constants, type DatabaseSync } from "../../sqlite/database.ts";
import { INVENTORY_TABLES } from "../schema/tables.ts";
import { INVENTORY_VIEWS } from "../schema/views.ts";
import { openInventoryFile } from "./inventory-file.ts";

/** What a query may read: no other virtual table, such as those of a full-text index or of the file's pages. */
const READABLE: ReadonlySet<string> = new Set([
  ...INVENTORY_TABLES.map(({ name }) => name),
  ...INVENTORY_VIEWS.map(({ name }) => name),
  "json_each",
  "json_tree",
  "sqlite_master",
]);

/** Functions that load code, or that belong to virtual tables. */
const REFUSED_FUNCTION = /^(?:load_extension|fts|rtree|geopoly|sqlite_log)/;

/** Cells and statements beyond this are not of an inventory: a query could ask for a text of a gigabyte. */
const LIMITS = { length: 32 * 1024 * 1024, sqlLength: 1024 * 1024, attach: 0 } as const;

/** Opens an inventory for SQL of anybody: it reads the tables and views of this file, and nothing else is possible. */
export function openQueryDatabase(name: string): DatabaseSync {
  const database = openInventoryFile(name);
  database.enableDefensive(true);
  for (const [limit, value] of Object.entries(LIMITS)) Object.assign(database.limits, { [limit]: value });
  database.setAuthorizer((action, first, second) =>
    isAllowed(action, first, second) ? constants.SQLITE_OK : constants.SQLITE_DENY,
  );
  return database;
}

function isAllowed(action: number, first: string | null, second: string | null): boolean {
  switch (action) {
    case constants.SQLITE_SELECT:
    case constants.SQLITE_RECURSIVE:
      return true;
    case constants.SQLITE_READ:
      // Without a column it is a source of rows of which nothing is read, such as a name that WITH gave.
      return second === "" || READABLE.has(first ?? "");
    case constants.SQLITE_FUNCTION:
      return !REFUSED_FUNCTION.test((second ?? "").toLowerCase());
    default:
      return false;
  }
}
