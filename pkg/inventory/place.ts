import { GovernanceError } from "../core/errors.ts";
import type { InventorySetting } from "../core/inventory-setting.ts";
import {
  accessName,
  type PostgresAccess,
  postgresAccess,
  type Surroundings,
} from "./postgres/connection/access.ts";

/** Where an inventory is. */
export type InventoryPlace = SqlitePlace | PostgresPlace;

export interface SqlitePlace {
  readonly engine: "sqlite";
  /** The path, as written. */
  readonly name: string;
}

export interface PostgresPlace {
  readonly engine: "postgres";
  /** Host, port where it is not the usual one, and database: no user and no password. */
  readonly name: string;
  readonly access: PostgresAccess;
}

/** Where nothing is known but the URL, such as in a test. */
const URL_ALONE: Surroundings = { env: {}, home: undefined, user: "connector" };

/** As in `host=db password=…`: as a path it would be repeated, and made as a file. */
const KEYWORDS = /^\s*(?:host|hostaddr|port|dbname|user|password|passfile|service|sslmode)\s*=/i;

/** A path, or a URL of PostgreSQL. The text may hold a password, so no message repeats a URL. `around` completes a URL. */
export function parseInventoryPlace(given: string | InventorySetting, around = URL_ALONE): InventoryPlace {
  const { place: text, password } = typeof given === "string" ? { place: given, password: undefined } : given;
  if (/^postgres(?:ql)?:/i.test(text)) {
    return postgresPlace(text, { ...around, password: password ?? around.password });
  }
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    throw refused("it is a URL of another kind than postgres://");
  }
  if (KEYWORDS.test(text)) throw refused("it is in the keywords of libpq; write it as a URL");
  if (text.trim() === "") throw refused("it is empty");
  if (text.includes("\0")) throw refused("a path cannot hold a NUL character");
  if (text.endsWith("/")) throw refused("it names a directory and no file in it");
  return { engine: "sqlite", name: text };
}

function postgresPlace(text: string, around: Surroundings): PostgresPlace {
  const access = postgresAccess(text, around);
  return { engine: "postgres", name: accessName(access), access };
}

function refused(why: string): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `the inventory is a path such as pool.db, or a URL such as postgres://host/database: ${why}`,
  );
}
