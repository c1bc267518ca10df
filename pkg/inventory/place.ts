import { GovernanceError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";

/** Where an inventory is. */
export type InventoryPlace = SqlitePlace | PostgresPlace;

export interface SqlitePlace {
  readonly engine: "sqlite";
  /** The path, as written. */
  readonly name: string;
}

export interface PostgresPlace {
  readonly engine: "postgres";
  /** Host, port where there is one, and database: no user and no password. */
  readonly name: string;
  /** It may hold a password. */
  readonly url: Secret;
  readonly hasPassword: boolean;
}

/** A path, or a URL of PostgreSQL. The text may hold a password, so no message repeats a URL. */
export function parseInventoryPlace(text: string): InventoryPlace {
  if (/^postgres(?:ql)?:/i.test(text)) return postgresPlace(text);
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    throw refused("it is a URL of another kind than postgres://");
  }
  if (text.trim() === "") throw refused("it is empty");
  if (text.includes("\0")) throw refused("a path cannot hold a NUL character");
  if (text.endsWith("/")) throw refused("it names a directory and no file in it");
  return { engine: "sqlite", name: text };
}

function postgresPlace(text: string): PostgresPlace {
  const url = URL.parse(text);
  if (url === null || !text.slice(url.protocol.length).startsWith("//")) {
    throw refused(
      "it is not a valid URL of PostgreSQL: postgres://user@host:5432/database, where other characters than letters, digits and -._~ are written as %XX",
    );
  }
  const host = url.searchParams.get("host") ?? "";
  const database = decoded(url.pathname.slice(1)) || decoded(url.username);
  return {
    engine: "postgres",
    name: `${url.host || host || "localhost"}/${database}`,
    url: new Secret(text),
    hasPassword: url.password !== "" || url.searchParams.has("password"),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(why: string): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `the inventory is a path such as pool.db, or a URL such as postgres://host/database: ${why}`,
  );
}
