import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { parseInventoryPlace } from "./place.ts";

describe("the place of an inventory", () => {
  test.for(["pool.db", "/data/pool.db", "./postgres", "C:pool", "файл.db", "day=1/pool.db"])(
    "%s is a path",
    (text) => {
      expect(parseInventoryPlace(text)).toEqual({ engine: "sqlite", name: text });
    },
  );

  test.for([
    ["postgres://db.example.com/pools", "db.example.com/pools"],
    ["postgresql://reader@db.example.com:5433/pools?sslmode=require", "db.example.com:5433/pools"],
    ["POSTGRES://u:p%40ss@[::1]/my%20pools", "[::1]/my pools"],
    ["postgres:///pools?host=/run/postgresql", "/run/postgresql/pools"],
    ["postgres://reader@db", "db/reader"],
    ["postgres://", "localhost/connector"],
  ] as const)("%s is PostgreSQL, called %s", ([text, name]) => {
    const place = parseInventoryPlace(text);
    expect(place).toMatchObject({ engine: "postgres", name });
    expect(`${JSON.stringify(place)}${inspect(place, { depth: 9 })}`).not.toMatch(/p(?:%40|@)ss/);
  });

  test.for([
    "",
    " ",
    "data/",
    "a\0b",
    "mysql://u:s3cret@h/d",
    "file:///x.db",
    "postgres:u:s3cret@h",
    "postgres://db/pools?password=s3cret",
    "postgres://u:s3cret@h:port/d",
    "host=db password=s3cret dbname=pools",
    " password = 's3cret'",
  ])("%j is refused, and its text is not repeated", (text) => {
    const refused = (): unknown => parseInventoryPlace(text);
    expect(refused).toThrow(GovernanceError);
    expect(refused).not.toThrow("s3cret");
  });
});
