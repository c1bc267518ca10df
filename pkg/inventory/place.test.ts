import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { parseInventoryPlace } from "./place.ts";

describe("the place of an inventory", () => {
  test.for(["pool.db", "/data/pool.db", "./postgres", "C:pool", "файл.db"])("%s is a path", (text) => {
    expect(parseInventoryPlace(text)).toEqual({ engine: "sqlite", name: text });
  });

  test.for([
    ["postgres://db.example.com/pools", "db.example.com/pools", false],
    ["postgresql://reader@db.example.com:5433/pools?sslmode=require", "db.example.com:5433/pools", false],
    ["POSTGRES://u:p%40ss@[::1]/my%20pools", "[::1]/my pools", true],
    ["postgres:///pools?host=/run/postgresql", "/run/postgresql/pools", false],
    ["postgres://db/pools?password=p", "db/pools", true],
    ["postgres://reader@db", "db/reader", false],
    ["postgres://", "localhost/", false],
  ] as const)("%s is PostgreSQL, called %s", ([text, name, hasPassword]) => {
    const place = parseInventoryPlace(text);
    expect(place).toMatchObject({ engine: "postgres", name, hasPassword });
    expect(place.engine === "postgres" && place.url.reveal()).toBe(text);
    expect(JSON.stringify(place)).not.toContain("p%40ss");
  });

  test.for([
    "",
    " ",
    "data/",
    "a\0b",
    "mysql://u:s3cret@h/d",
    "file:///x.db",
    "postgres:u:s3cret@h",
    "postgres://u:s3cret@/d",
  ])("%j is refused, and its text is not repeated", (text) => {
    const refused = (): unknown => parseInventoryPlace(text);
    expect(refused).toThrow(GovernanceError);
    expect(refused).toThrow("postgres://host/database");
    expect(refused).not.toThrow("s3cret");
  });
});
