import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { accessName, exposedHosts, postgresAccess, sslModeFor } from "./access.ts";

type Env = Readonly<Record<string, string>>;

function place(url: string, env: Env = {}) {
  return postgresAccess(url, { env, home: "/home/ann", user: "ann" });
}

function modesOf(url: string, env: Env = {}): readonly string[] {
  const found = place(url, env);
  return found.hosts.map((host) => sslModeFor(found, host));
}

describe("the place of an inventory in PostgreSQL", () => {
  test("is completed by the environment and by the defaults of libpq", () => {
    expect(place("postgres://")).toMatchObject({
      hosts: [{ host: "", address: undefined, port: 5432 }],
      user: "ann",
      database: "ann",
      password: undefined,
      passFile: "/home/ann/.pgpass",
      connectTimeoutMs: 10_000,
      keepAliveMs: 30_000,
      applicationName: "connector",
      minTls: "TLSv1.2",
    });
    const env = {
      PGHOST: "a.example,b.example",
      PGPORT: "6432",
      PGUSER: "bo",
      PGPASSFILE: "/etc/pass",
      PGCONNECT_TIMEOUT: "3",
      PGAPPNAME: "audit",
      PGDATABASE: "",
    };
    expect(place("postgres://", env)).toMatchObject({
      hosts: [
        { host: "a.example", port: 6432 },
        { host: "b.example", port: 6432 },
      ],
      user: "bo",
      database: "bo",
      passFile: "/etc/pass",
      connectTimeoutMs: 3000,
      applicationName: "audit",
    });
    expect(place("postgres://cy@c/inv?keepalives=0&application_name=x", env)).toMatchObject({
      hosts: [{ host: "c", port: 6432 }],
      user: "cy",
      database: "inv",
      keepAliveMs: undefined,
      applicationName: "x",
    });
    expect(place("postgres://a:1,b:2/inv").hosts.map(({ port }) => port)).toEqual([1, 2]);
  });

  test("keeps its password out of every output, whichever way it came", () => {
    const given = place("postgres://ann:geheim@h/inv", { PGPASSWORD: "andere" });
    expect(given.password?.reveal()).toBe("geheim");
    expect(place("postgres://ann@h/inv", { PGPASSWORD: "andere" }).password?.reveal()).toBe("andere");
    expect(`${inspect(given)}${JSON.stringify(given)}${accessName(given)}`).not.toContain("geheim");
  });

  test("has a name of host and database, and of the port where it is not the usual one", () => {
    const names = [
      "postgres://u:p@h/inv",
      "postgres://u@[::1]:6000/inv",
      "postgres://%2Frun%2Fpg/inv",
      "postgres:///inv",
    ];
    expect(names.map((url) => accessName(place(url)))).toEqual([
      "h/inv",
      "[::1]:6000/inv",
      "/run/pg/inv",
      "localhost/inv",
    ]);
  });

  test.for([
    ["postgres://h/i?sslmode=on", "the parameter sslmode of the inventory must be one of disable, allow"],
    ["postgres://h/i?port=70000", "the parameter port of the inventory must be a number from 1 to 65535"],
    [
      "postgres://h/i?connect_timeout=soon",
      "the parameter connect_timeout of the inventory must be a whole number",
    ],
    [
      "postgres://h/i?sslrootcert=system&sslmode=require",
      "must be verify-full, or left out, with sslrootcert=system",
    ],
    [
      "postgres://h/i?sslnegotiation=direct&sslmode=prefer",
      "must be require, verify-ca or verify-full with sslnegotiation",
    ],
    [
      "postgres://a,b/i?hostaddr=127.0.0.1",
      "the parameter hostaddr of the inventory must be as many addresses",
    ],
    [
      "postgres://a,b,c/i?port=1,2",
      "the parameter port of the inventory must be one port, or one for each host",
    ],
    ["postgres://h/i?client_encoding=LATIN1", "must be UTF8"],
    ["postgres://h/i?target_session_attrs=master", "must be one of any, read-write"],
    ["postgres://h/i?channel_binding=require", "must be one of disable, prefer"],
    ["postgres://h/i?x=1", "the URL of the inventory has an unknown parameter x"],
  ])("with a wrong parameter is refused: %s", ([url = "", message]) => {
    expect(() => place(url)).toThrow(message);
  });
});

describe("the protection of the connection", () => {
  test("is verify-full beyond this machine, TLS where there is some on it, and none over a Unix socket", () => {
    expect(modesOf("postgres://db.example,127.0.0.1,localhost,[::1],%2Frun/i")).toEqual([
      "verify-full",
      "prefer",
      "prefer",
      "prefer",
      "disable",
    ]);
    expect(modesOf("postgres://localhost.,127.1,10.0.0.1/i")).toEqual([
      "verify-full",
      "verify-full",
      "verify-full",
    ]);
    expect(modesOf("postgres://localhost/i?hostaddr=192.0.2.1")).toEqual(["verify-full"]);
    expect(modesOf("postgres:///i?hostaddr=192.0.2.1")).toEqual(["verify-full"]);
    expect(modesOf("postgres://db.example,%2Frun/i?sslmode=require")).toEqual(["require", "disable"]);
    expect(modesOf("postgres://db.example/i", { PGSSLMODE: "verify-ca" })).toEqual(["verify-ca"]);
  });

  test("is warned of where others could read or answer", () => {
    expect(exposedHosts(place("postgres://db.example,localhost,%2Frun/i?sslmode=disable"))).toEqual([
      "db.example/i: with sslmode=disable the password and personal data may go there in plain text; verify-full is the default",
    ]);
    expect(exposedHosts(place("postgres://db.example/i?sslmode=require"))).toEqual([
      "db.example/i: with sslmode=require another server in its place would not be noticed; verify-full is the default",
    ]);
    expect(exposedHosts(place("postgres://db.example/i"))).toEqual([]);
  });
});
