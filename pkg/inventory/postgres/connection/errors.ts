// What a failure of PostgreSQL, of its connection or of TLS means here. A message never holds a value: where PostgreSQL
// quotes one, its text is left out.
import pg from "pg";
import { GovernanceError } from "../../../core/errors.ts";
import { errnoOf } from "../../../core/unknown.ts";
import { lineOfErrno } from "./connection-failures.ts";
import { CUT, type FailureLine, RUN_AGAIN } from "./failure-line.ts";

/** What the message names. */
export interface FailureScene {
  /** host/database. */
  readonly name: string;
  /** Reads as "cannot <doing>". */
  readonly doing: string;
  readonly user: string;
}

/** The SQLSTATE, such as `28P01`; undefined for what the server did not say. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Whether the connection is gone, and all that belonged to it. */
export function isCut(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) return /^(?:08|57P0[1-3])/.test(state);
  return error instanceof Error && (CUT_TEXT.test(error.message) || CUT_ERRNO.has(errnoOf(error)));
}

const CUT_TEXT = /^Connection terminated|Client has encountered a connection error|was closed/;
const CUT_ERRNO: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** The failure as one line with its cure. */
export function postgresError(error: unknown, scene: FailureScene): GovernanceError {
  if (error instanceof GovernanceError) return error;
  const line = lineOf(error, scene);
  if (line === undefined) return unknown(error, scene);
  const { code, why, cure } = line;
  return new GovernanceError(code, `cannot ${scene.doing} ${scene.name}: ${why}; ${cure}`, {
    cause: withoutValues(error),
  });
}

function lineOf(error: unknown, scene: FailureScene): FailureLine | undefined {
  const state = sqlStateOf(error);
  if (error instanceof pg.DatabaseError && state !== undefined) {
    if (state.startsWith("28")) return notLetIn(error, scene);
    // A file that the limits of the server or its file system keep from growing has no SQLSTATE of its own.
    if (error.routine === "mdextend") return NO_ROOM;
    return BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)];
  }
  if (!(error instanceof Error)) return undefined;
  const text = BY_TEXT.find(({ pattern }) => pattern.test(error.message));
  return text?.line ?? lineOfErrno(errnoOf(error));
}

const NO_ROOM: FailureLine = {
  code: "resource-exhausted",
  why: "the disk of the server, or the tablespace, is full",
  cure: `make room there, ${RUN_AGAIN}`,
};
const STOPPING: FailureLine = {
  code: "unavailable",
  why: "the server was stopped, or an administrator ended the connection",
  cure: RUN_AGAIN,
};

const BY_STATE: Readonly<Record<string, FailureLine>> = {
  "3D000": {
    code: "not-found",
    why: "there is no such database",
    cure: "create it (CREATE DATABASE), or correct its name in the URL",
  },
  "3F000": {
    code: "failed-precondition",
    why: "there is no such schema",
    cure: "run a sync with a role that may create it, or correct search_path in the URL",
  },
  "42501": {
    code: "permission-denied",
    why: "the role has not the right to do this",
    cure: "grant it, as docs/operation.md shows for a role that writes and one that reads",
  },
  "25006": {
    code: "failed-precondition",
    why: "the server is a standby, or the role is read-only",
    cure: "name the primary; with several hosts add target_session_attrs=read-write",
  },
  "53100": NO_ROOM,
  "53200": {
    code: "resource-exhausted",
    why: "the server has not enough memory",
    cure: `free some memory there, ${RUN_AGAIN}`,
  },
  "53300": {
    code: "unavailable",
    why: "the server has no connection left",
    cure: "close others, or raise max_connections or the limit of the role or database",
  },
  "53400": {
    code: "resource-exhausted",
    why: "a limit of the server, such as temp_file_limit, is reached",
    cure: `raise it, ${RUN_AGAIN}`,
  },
  "55P03": {
    code: "aborted",
    why: "another session holds a lock",
    cure: "wait for it to end, then run it again",
  },
  "57014": {
    code: "deadline-exceeded",
    why: "the statement took longer than it may, or was canceled",
    cure: "run it again, or ask for less",
  },
  "57P01": STOPPING,
  "57P02": { ...STOPPING, why: "the server crashed and starts again" },
  "57P03": {
    code: "unavailable",
    why: "the server is starting up, shutting down or recovering",
    cure: "run it again in a moment",
  },
  "57P05": { ...CUT, why: "the server ended the session, which was idle for too long" },
  "25P03": { ...CUT, why: "the server ended the session, which was idle for too long" },
  "40001": { code: "aborted", why: "another session changed the same rows", cure: "run it again" },
  "40P01": { code: "aborted", why: "it and another session waited for each other", cure: "run it again" },
  "42P01": {
    code: "failed-precondition",
    why: "it holds no inventory",
    cure: "run a sync into it first, or correct search_path in the URL",
  },
  "0A000": {
    code: "failed-precondition",
    why: "this server lacks a feature that is needed",
    cure: "use PostgreSQL 13 or newer",
  },
};

/** Of the SQLSTATE's first two characters. */
const BY_CLASS: Readonly<Record<string, FailureLine>> = {
  "08": CUT,
  "53": NO_ROOM,
  "58": {
    code: "internal",
    why: "the server reported an error of its disk",
    cure: "see the log of the server",
  },
  XX: {
    code: "data-loss",
    why: "the server reported damage or an internal error",
    cure: "see the log of the server",
  },
};

function notLetIn(error: pg.DatabaseError, { user }: FailureScene): FailureLine {
  if (error.code === "28P01") {
    return {
      code: "unauthenticated",
      why: `the password of the role ${user} is wrong`,
      cure: "correct PGPASSWORD, the password file or ~/.pgpass",
    };
  }
  if (/no encryption|SSL off/.test(error.message)) {
    return {
      code: "permission-denied",
      why: `the server takes the role ${user} from here only with TLS`,
      cure: "set sslmode=verify-full, with sslrootcert for an authority of your own",
    };
  }
  if (/certificate/.test(error.message)) {
    return {
      code: "unauthenticated",
      why: `the server asks for a client certificate of the role ${user}`,
      cure: "name it by sslcert and sslkey",
    };
  }
  return {
    code: "permission-denied",
    why: `the server does not let the role ${user} in`,
    cure: "check that the role exists and may log in, and the lines of pg_hba.conf",
  };
}

const BY_TEXT: readonly { readonly pattern: RegExp; readonly line: FailureLine }[] = [
  {
    pattern: /does not support SSL/,
    line: {
      code: "failed-precondition",
      why: "the server has no TLS",
      cure: "turn it on there (ssl = on); sslmode=disable sends the password and personal data so that others can read them",
    },
  },
  {
    pattern: /client password must be a string|SCRAM.*password|password must be/i,
    line: {
      code: "unauthenticated",
      why: "the server asks for a password and none is known",
      cure: "give it by PGPASSWORD, --inventory-password-file or ~/.pgpass",
    },
  },
  {
    pattern: /^SASL|SCRAM/,
    line: {
      code: "unauthenticated",
      why: "the server did not prove that it knows the password",
      cure: "check the URL: another server may have answered",
    },
  },
  {
    pattern: /timeout expired|took longer than its limit/,
    line: {
      code: "unavailable",
      why: "the server did not answer in time",
      cure: "check host, port and firewall; connect_timeout in the URL sets the seconds to wait for a connection",
    },
  },
  {
    pattern: /error establishing an SSL connection|before secure TLS connection/,
    line: {
      code: "unavailable",
      why: "the server ended the TLS handshake",
      cure: "check that host and port are those of a PostgreSQL server, and its log",
    },
  },
  { pattern: CUT_TEXT, line: CUT },
];

function unknown(error: unknown, { name, doing }: FailureScene): GovernanceError {
  const state = sqlStateOf(error);
  if (state === undefined) return GovernanceError.from(error);
  return new GovernanceError(
    "internal",
    `cannot ${doing} ${name}: PostgreSQL answered with the error ${state}; see the log of the server`,
    { cause: withoutValues(error) },
  );
}

/** PostgreSQL quotes values in its messages, details and contexts: of its error only the place is kept. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code, severity, routine, schema, table, column, constraint } = error;
  return Object.assign(new Error(`PostgreSQL: ${severity} ${code}`), {
    code,
    routine,
    schema,
    table,
    column,
    constraint,
  });
}
