import { describe, expect, test } from "vitest";
import { isPostgresUrl, readPostgresUrl } from "./url.ts";

function read(text: string): unknown {
  const result = readPostgresUrl(text);
  return "problem" in result ? result.problem : { ...result.value, parameters: [...result.value.parameters] };
}

const NOTHING = { hosts: [], user: undefined, password: undefined, database: undefined, parameters: [] };

describe("a postgres:// URL", () => {
  test("is read as libpq reads it", () => {
    expect(read("postgres://")).toEqual(NOTHING);
    expect(read("postgresql:///inv")).toEqual({ ...NOTHING, database: "inv" });
    expect(read("POSTGRES://db.example")).toEqual({ ...NOTHING, hosts: [{ host: "db.example", port: "" }] });
    expect(
      read("postgres://ann%40x:p%3A%2F:w@[2001:db8::1]:5433,b:1/my%20db?sslmode=require&options=-c%20a%3Db"),
    ).toEqual({
      hosts: [
        { host: "2001:db8::1", port: "5433" },
        { host: "b", port: "1" },
      ],
      user: "ann@x",
      password: "p:/:w",
      database: "my db",
      parameters: [
        ["sslmode", "require"],
        ["options", "-c a=b"],
      ],
    });
    expect(read("postgres://%2Frun%2Fpostgresql/inv")).toMatchObject({
      hosts: [{ host: "/run/postgresql", port: "" }],
    });
  });

  test.for([
    ["postgres://u@h/db?sslmod=x", "has an unknown parameter sslmod; did you mean sslmode?"],
    ["postgres://u@h/db?ssl=true", "has an unknown parameter ssl; write sslmode=require"],
    ["postgres://u@h/db?geheim wort=x", "has an unknown parameter"],
    ["postgres://u@h/db?krbsrvname=x", "has the parameter krbsrvname, which this program does not have"],
    ["postgres://u@h/db?sslmode", "has a parameter that is not name=value with %-escapes"],
    ["postgres://u@h/db?user=%zz", "has a parameter that is not name=value with %-escapes"],
    [
      "postgres://u@h/db?password=geheim",
      "has the parameter password; give the password by PGPASSWORD, a file or ~/.pgpass",
    ],
  ])("with a parameter that is not one is refused without its value: %s", ([url, problem]) => {
    expect(read(url ?? "")).toBe(problem);
  });

  test.for([
    "postgres:/u@h",
    "mysql://h/db",
    "postgres://u@h:port/db",
    "postgres://u@[::1/db",
    "postgres://%zz@h",
    "postgres://a@b@c",
  ])("of another shape is refused without a part of it: %s", (url) => {
    expect(read(url)).toMatch(/^must be a path, or postgres:\/\/user@host:port\/database with parameters/);
  });

  test("differs from a path", () => {
    expect(
      ["postgres://x", "PostgreSQL://x", "postgres.db", "/postgres://x", "./a"].map(isPostgresUrl),
    ).toEqual([true, true, false, false, false]);
  });
});
