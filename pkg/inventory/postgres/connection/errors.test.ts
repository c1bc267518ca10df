import { inspect } from "node:util";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../../core/errors.ts";
import { isCut, postgresError } from "./errors.ts";

const scene = { name: "db.example/inventory", doing: "store a page in", user: "writer" };

function ofServer(code: string, message = "text of the server", more: Partial<pg.DatabaseError> = {}) {
  return Object.assign(new pg.DatabaseError(message, 1, "error"), { code, severity: "ERROR", ...more });
}

function ofSystem(code: string, message = "text of the system") {
  return Object.assign(new Error(message), { code });
}

const lineOf = (error: unknown): string => {
  const { code, message } = postgresError(error, scene);
  return `${code}: ${message}`;
};

describe("a failure of PostgreSQL", () => {
  test.for([
    [ofServer("28P01"), "unauthenticated", "the password of the role writer is wrong"],
    [
      ofServer("28000", 'role "writer" does not exist'),
      "permission-denied",
      "does not let the role writer in",
    ],
    [
      ofServer("28000", 'no pg_hba.conf entry for host "1.2.3.4", no encryption'),
      "permission-denied",
      "only with TLS",
    ],
    [
      ofServer("28000", "connection requires a valid client certificate"),
      "unauthenticated",
      "a client certificate",
    ],
    [ofServer("3D000"), "not-found", "there is no such database"],
    [ofServer("42501"), "permission-denied", "the role has not the right to do this"],
    [ofServer("25006"), "failed-precondition", "the server is a standby, or the role is read-only"],
    [ofServer("53100"), "resource-exhausted", "the disk of the server, or the tablespace, is full"],
    [
      ofServer("XX000", "File too large", { routine: "mdextend" }),
      "resource-exhausted",
      "the tablespace, is full",
    ],
    [ofServer("53200"), "resource-exhausted", "the server has not enough memory"],
    [ofServer("53300"), "unavailable", "the server has no connection left"],
    [ofServer("57P01"), "unavailable", "the server was stopped, or an administrator ended the connection"],
    [ofServer("57P02"), "unavailable", "the server crashed and starts again"],
    [ofServer("57P03"), "unavailable", "the server is starting up, shutting down or recovering"],
    [ofServer("57014"), "deadline-exceeded", "the statement took longer than it may"],
    [ofServer("55P03"), "aborted", "another session holds a lock"],
    [ofServer("40P01"), "aborted", "waited for each other"],
    [ofServer("08006"), "unavailable", "the connection was cut"],
    [ofServer("58030"), "internal", "an error of its disk"],
    [ofServer("XX001"), "data-loss", "damage or an internal error"],
    [ofServer("22P02"), "internal", "PostgreSQL answered with the error 22P02"],
    [new Error("Connection terminated unexpectedly"), "unavailable", "the connection was cut"],
    [new Error("timeout expired"), "unavailable", "the server did not answer in time"],
    [
      new Error("The server does not support SSL connections"),
      "failed-precondition",
      "the server has no TLS",
    ],
    [ofSystem("ECONNREFUSED"), "unavailable", "no server listens there"],
    [ofSystem("ENOTFOUND"), "unavailable", "the host name is not known"],
    [ofSystem("ECONNRESET"), "unavailable", "the connection was cut"],
    [ofSystem("SELF_SIGNED_CERT_IN_CHAIN"), "failed-precondition", "of no authority that is trusted here"],
    [ofSystem("CERT_HAS_EXPIRED"), "failed-precondition", "its certificate is not valid now"],
    [ofSystem("ERR_TLS_CERT_ALTNAME_INVALID"), "failed-precondition", "of another host name"],
    [ofSystem("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"), "failed-precondition", "the TLS handshake failed"],
  ] as const)("is one line with its cure: %s", ([error, code, why]) => {
    expect(lineOf(error)).toMatch(new RegExp(`^${code}: cannot store a page in db\\.example/inventory: `));
    expect(lineOf(error)).toContain(why);
    expect(lineOf(error)).toMatch(/^[^\n]+; [^\n]+$/);
  });

  test("holds no value that the server quotes, in its message or its cause", () => {
    const quoted = {
      detail: "Key (sub)=(geheim) already exists.",
      where: "COPY users, line 1, column email: geheim",
      hint: "geheim",
    };
    for (const code of ["22P02", "23505", "22001", "XX000", "42501", "53100"]) {
      const failure = postgresError(ofServer(code, 'invalid input syntax: "geheim"', quoted), scene);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain("geheim");
    }
  });

  test("of this program stays as it is, and one that nobody expects keeps its cause alone", () => {
    const own = new GovernanceError("aborted", "as it is");
    expect(postgresError(own, scene)).toBe(own);
    expect(postgresError(new Error("strange"), scene)).toMatchObject({ code: "internal" });
    expect(lineOf(new Error("strange"))).not.toContain("strange");
  });

  test("ends the connection, or does not", () => {
    const cut = [ofServer("57P01"), ofServer("08003"), ofSystem("EPIPE"), new Error("Connection terminated")];
    const whole = [ofServer("42P01"), ofServer("57014"), ofSystem("ENOENT"), new Error("other"), "text"];
    expect([...cut, ...whole].map(isCut)).toEqual([...cut.map(() => true), ...whole.map(() => false)]);
  });
});
