import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { createStatements } from "./ddl.ts";
import { INVENTORY_ENGINES } from "./definition.ts";
import { INVENTORY_TABLES } from "./tables.ts";
import { INVENTORY_VIEWS } from "./views.ts";

const relations = [...INVENTORY_TABLES, ...INVENTORY_VIEWS];

describe("the schema of the inventory", () => {
  test("names each table, view and index once", () => {
    const names = [
      ...relations.map(({ name }) => name),
      ...INVENTORY_TABLES.flatMap(({ indexes }) => indexes.map(({ name }) => name)),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  test.for(relations)("$name has each column once", ({ columns }) => {
    const names = columns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.for(INVENTORY_TABLES)(
    "the keys and indexes of $name are of its columns",
    ({ columns, key, indexes }) => {
      const names = columns.map(({ name }) => name);
      for (const name of [...key, ...indexes.flatMap((index) => index.columns)])
        expect(names).toContain(name);
      const nullable = columns.filter((column) => column.nullable).map(({ name }) => name);
      for (const name of key) expect(nullable).not.toContain(name);
    },
  );

  test.for(INVENTORY_TABLES.filter(({ name }) => name !== "schema_migrations"))(
    "$name has the pool first in its key",
    ({ key }) => {
      expect(key[0]).toBe("pool_id");
    },
  );

  test("of SQLite has the tables, columns and views of the definition", () => {
    const database = new DatabaseSync(":memory:");
    for (const statement of createStatements("sqlite")) database.exec(statement);
    for (const { name, columns } of relations) {
      const found = database.prepare("SELECT name FROM pragma_table_info(?)").all(name);
      expect(found.map((row) => row["name"])).toEqual(columns.map((column) => column.name));
    }
    database.close();
  });

  test.for(INVENTORY_ENGINES)("of %s is one statement each", (engine) => {
    for (const statement of createStatements(engine)) expect(statement).not.toContain(";");
  });
});
