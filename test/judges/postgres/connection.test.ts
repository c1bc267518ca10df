import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { postgresAccess } from "../../../pkg/inventory/postgres/connection/access.ts";
import { connect } from "../../../pkg/inventory/postgres/connection/connect.ts";
import { createAuthority } from "../../support/certificates.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const never = new AbortController().signal;
const PASSWORD = "geheim:7\\x";
const authority = createAuthority("inventory authority");
const stranger = createAuthority("another authority");

let plain: PostgresServer;
let secure: PostgresServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-connect-"));
  plain = await startPostgres();
  secure = await startPostgres({
    tls: { ...authority.issue({ names: ["DNS:localhost"] }), clientCa: authority.cert },
    hba: ["hostssl all test all cert", "hostssl all inv all scram-sha-256", "hostnossl all inv all reject"],
  });
  for (const server of [plain, secure]) {
    await server.createDatabase("inv", PASSWORD);
    await server.createDatabase("test", "unused");
  }
});
afterAll(async () => {
  await plain.remove();
  await secure.remove();
  rmSync(folder, { recursive: true });
});

type Env = Readonly<Record<string, string>>;

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** What the session is, or the line of the refusal. */
async function outcome(url: string, env: Env = { PGPASSWORD: PASSWORD }): Promise<string> {
  try {
    const place = postgresAccess(url, { env, home: undefined, user: "nobody" });
    const open = await connect(place, never);
    const { rows } = await open.client.query<{ who: string; tls: boolean | null }>(
      "SELECT current_user AS who, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls",
    );
    open.destroy();
    return `${open.name} ${rows[0]?.who} ${rows[0]?.tls === true ? "TLS" : "plain"}`;
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    return error.message.includes(PASSWORD) ? "the password" : `${error.code}: ${error.message}`;
  }
}

const at = (server: PostgresServer, rest = "") => `postgres://inv@127.0.0.1:${server.port}/inv${rest}`;
const named = (server: PostgresServer, rest = "") => `postgres://inv@localhost:${server.port}/inv${rest}`;

describe("where the session is", () => {
  test("over TCP, IPv6 and a Unix socket, with the password of the environment, of the URL or of a file", async () => {
    expect(await outcome(at(plain))).toBe(`127.0.0.1:${plain.port}/inv inv plain`);
    expect(await outcome(`postgres://inv@[::1]:${plain.port}/inv`)).toBe(`[::1]:${plain.port}/inv inv plain`);
    const socket = encodeURIComponent(plain.socket);
    const unix = `${plain.socket}:${plain.port}/inv inv plain`;
    expect(await outcome(`postgres://inv@${socket}:${plain.port}/inv?sslmode=verify-full`)).toBe(unix);
    expect(await outcome(`postgres:///inv?host=${socket}&port=${plain.port}&user=inv`)).toBe(unix);
    const url = `postgresql://inv:${encodeURIComponent(PASSWORD)}@127.0.0.1:${plain.port}/inv`;
    expect(await outcome(url, {})).toBe(`127.0.0.1:${plain.port}/inv inv plain`);
    const env = {
      PGHOST: "127.0.0.1",
      PGPORT: String(plain.port),
      PGUSER: "inv",
      PGDATABASE: "inv",
      PGPASSFILE: file(
        "pass",
        `# a line\n127.0.0.1:1:inv:inv:wrong\n*:${plain.port}:*:inv:geheim\\:7\\\\x\n*:*:*:*:later\n`,
      ),
    };
    expect(await outcome("postgres://", env)).toBe(`127.0.0.1:${plain.port}/inv inv plain`);
  });

  test("is the first of several hosts that answers, and is of the kind that is asked for", async () => {
    const hosts = (rest: string) => outcome(`postgres://inv@127.0.0.1:1,127.0.0.1:${plain.port}/inv${rest}`);
    expect(await hosts("")).toBe(`127.0.0.1:${plain.port}/inv inv plain`);
    expect(await hosts("?target_session_attrs=read-write")).toBe(`127.0.0.1:${plain.port}/inv inv plain`);
    expect(await hosts("?target_session_attrs=prefer-standby")).toBe(`127.0.0.1:${plain.port}/inv inv plain`);
    expect(await outcome(at(plain, "?target_session_attrs=standby"))).toContain(
      "it is not the kind of server that target_session_attrs=standby asks for",
    );
  });
});

describe("TLS", () => {
  const root = () => `sslrootcert=${file("root.crt", authority.cert)}`;
  const wrong = () => `sslrootcert=${file("wrong.crt", stranger.cert)}`;

  test("on this machine is used where the server has it, and in every mode that asks for it", async () => {
    const session = `localhost:${secure.port}/inv inv TLS`;
    expect(await outcome(named(secure))).toBe(session);
    for (const mode of ["allow", "prefer", "require"]) {
      expect(await outcome(named(secure, `?sslmode=${mode}`))).toBe(session);
    }
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      expect(await outcome(named(secure, `?sslmode=${mode}&${root()}`))).toBe(session);
    }
    expect(await outcome(named(plain, "?sslmode=prefer"))).toBe(`localhost:${plain.port}/inv inv plain`);
    expect(await outcome(named(plain, "?sslmode=allow"))).toBe(`localhost:${plain.port}/inv inv plain`);
  });

  test("is refused with the wrong authority, another name, or on a server that has none", async () => {
    const cannot = `cannot connect to localhost:${secure.port}/inv: `;
    const untrusted =
      /^failed-precondition: cannot connect to localhost:\d+\/inv: its certificate is of no authority that is trusted here \([A-Z_]+\); name the PEM file of its authority by sslrootcert in the URL$/;
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      expect(await outcome(named(secure, `?sslmode=${mode}&${wrong()}`))).toMatch(untrusted);
    }
    expect(await outcome(named(secure, "?sslmode=verify-full"))).toMatch(untrusted);
    expect(await outcome(at(secure, `?sslmode=verify-full&${root()}`))).toBe(
      `failed-precondition: cannot connect to 127.0.0.1:${secure.port}/inv: its certificate is of another host name; use the name that the certificate has; another server may have answered`,
    );
    expect(await outcome(at(secure, `?sslmode=verify-ca&${root()}`))).toBe(
      `127.0.0.1:${secure.port}/inv inv TLS`,
    );
    expect(await outcome(named(secure, `?hostaddr=127.0.0.1&sslmode=verify-full&${root()}`))).toBe(
      `localhost:${secure.port}/inv inv TLS`,
    );
    expect(await outcome(named(secure, "?sslmode=verify-ca"))).toContain("verify-ca needs sslrootcert");
    expect(await outcome(named(secure, "?sslmode=disable"))).toBe(
      `permission-denied: ${cannot}the server takes the role inv from here only with TLS; set sslmode=verify-full, with sslrootcert for an authority of your own`,
    );
    expect(await outcome(named(plain, "?sslmode=require"))).toBe(
      `failed-precondition: cannot connect to localhost:${plain.port}/inv: the server has no TLS; turn it on there (ssl = on); sslmode=disable sends the password and personal data so that others can read them`,
    );
  });

  test("proves who connects, by a certificate whose key nobody else can read", async () => {
    const { cert, key } = authority.issue({ names: [] });
    const files = `sslcert=${file("client.crt", cert)}&sslkey=${file("client.key", key)}`;
    const url = `postgres://test@localhost:${secure.port}/test?sslmode=verify-full&${root()}`;
    expect(await outcome(`${url}&${files}`)).toBe(`localhost:${secure.port}/test test TLS`);
    expect(await outcome(url)).toContain("the server asks for a client certificate of the role test");
    chmodSync(join(folder, "client.key"), 0o644);
    expect(await outcome(`${url}&${files}`)).toMatch(
      /^invalid-argument: sslkey: \S+ may be read by others \(mode 0644\)/,
    );
  });
});

describe("a connection that cannot be made says why in one line", () => {
  test("because of the password, the database, the role or the port", async () => {
    const where = `cannot connect to 127.0.0.1:${plain.port}/`;
    expect(await outcome(at(plain), { PGPASSWORD: "wrong" })).toBe(
      `unauthenticated: ${where}inv: the password of the role inv is wrong; correct PGPASSWORD, the password file or ~/.pgpass`,
    );
    expect(await outcome(at(plain), {})).toBe(
      `unauthenticated: ${where}inv: the server asks for the password of the role inv and none is known; give it by PGPASSWORD, --inventory-password-file or ~/.pgpass`,
    );
    expect(await outcome(`postgres://inv@127.0.0.1:${plain.port}/none`)).toBe(
      `not-found: ${where}none: there is no such database; create it (CREATE DATABASE), or correct its name in the URL`,
    );
    expect(await outcome(`postgres://nobody@127.0.0.1:${plain.port}/inv`)).toContain(
      "the password of the role nobody is wrong",
    );
    expect(await outcome("postgres://inv@127.0.0.1:1/inv")).toBe(
      "unavailable: cannot connect to 127.0.0.1:1/inv: no server listens there; check host, port, and that the server runs",
    );
    expect(await outcome("postgres://inv@no.such.host.invalid/inv?sslmode=disable")).toMatch(
      /^unavailable: cannot connect to no.such.host.invalid\/inv: the (?:host name is not known|name service does not answer)/,
    );
    expect(await outcome(`postgres://inv@${encodeURIComponent(folder)}/inv`)).toContain(
      "there is no socket of a server",
    );
    const open = file("open-pass", "*:*:*:*:x", 0o644);
    expect(await outcome(at(plain), { PGPASSFILE: open })).toBe(
      `failed-precondition: ${open} may be read by others (mode 0644), so its passwords are not used; run chmod 0600 ${open}`,
    );
  });

  test("because the role or the server has no connection left", async () => {
    await plain.sql("ALTER ROLE inv CONNECTION LIMIT 0");
    expect(await outcome(at(plain))).toMatch(
      /^unavailable: .*: the server has no connection left; close others/,
    );
    await plain.sql("ALTER ROLE inv CONNECTION LIMIT -1");
  });

  test("because the caller gave up", async () => {
    const place = postgresAccess(at(plain), { env: {}, home: undefined, user: "nobody" });
    await expect(connect(place, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });
});
