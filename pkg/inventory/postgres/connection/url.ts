// Reads a postgres:// URL as libpq does: several hosts, sockets, IPv6 and parameters. Messages hold no part of the URL but
// the names of parameters, since it may have a password in it.
import { nearest } from "../../../core/nearest.ts";
import { isUnsupported, PARAMETERS, type ParameterName, parameterOf } from "./parameters.ts";

/** What a URL says, and nothing of what the environment adds. */
export interface PostgresUrl {
  readonly hosts: readonly { readonly host: string; readonly port: string }[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly parameters: ReadonlyMap<ParameterName, string>;
}

export type ReadUrl = { readonly value: PostgresUrl } | { readonly problem: string };

const URL_SHAPE = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;
const FORM =
  "must be a path, or postgres://user@host:port/database with parameters of libpq, such as ?sslmode=verify-full";

export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(text);
}

export function readPostgresUrl(text: string): ReadUrl {
  const [whole, userinfo, authority = "", path, query] =
    URL_SHAPE.exec(text.replace(/^postgres(?:ql)?:/i, (scheme) => scheme.toLowerCase())) ?? [];
  if (whole === undefined) return { problem: FORM };
  const hosts = readHosts(authority);
  const [user, ...password] = userinfo?.split(":") ?? [];
  const parts = {
    user: decoded(user),
    password: password.length === 0 ? undefined : decoded(password.join(":")),
    database: decoded(path),
  };
  if (hosts === undefined || Object.values(parts).includes(null)) return { problem: FORM };
  const parameters = new Map<ParameterName, string>();
  for (const pair of query === undefined || query === "" ? [] : query.split("&")) {
    const read = readParameter(pair);
    if ("problem" in read) return read;
    parameters.set(read.name, read.value);
  }
  return {
    value: {
      hosts,
      user: parts.user || undefined,
      password: parts.password || undefined,
      database: parts.database || undefined,
      parameters,
    },
  };
}

/** Undefined if one of them is not a host. */
function readHosts(authority: string): readonly { host: string; port: string }[] | undefined {
  if (authority === "") return [];
  const hosts = authority.split(",").map((one) => {
    const [, bracketed, plain, port = ""] = /^(?:\[([^\]]+)\]|([^:@[\]]*))(?::(\d*))?$/.exec(one) ?? [];
    const host = decoded(bracketed ?? plain);
    return host === undefined || host === null ? undefined : { host, port };
  });
  return hosts.every((one) => one !== undefined) ? hosts : undefined;
}

function readParameter(
  pair: string,
): { readonly name: ParameterName; readonly value: string } | { readonly problem: string } {
  const place = pair.indexOf("=");
  const written = place < 0 ? pair : decoded(pair.slice(0, place));
  const value = place < 0 ? null : decoded(pair.slice(place + 1));
  if (written === null || written === undefined || value === null || value === undefined) {
    return { problem: "has a parameter that is not name=value with %-escapes" };
  }
  if (written === "password") {
    return { problem: "has the parameter password; give the password by PGPASSWORD, a file or ~/.pgpass" };
  }
  // As JDBC and pg write it.
  const name = written === "ssl" && value === "true" ? undefined : parameterOf(written);
  if (name !== undefined) return { name, value };
  if (isUnsupported(written))
    return { problem: `has the parameter ${written}, which this program does not have` };
  const close = nearest(
    written,
    PARAMETERS.map((one) => one.name),
  );
  const shown = /^\w{1,40}$/.test(written) ? ` ${written}` : "";
  const hint =
    written === "ssl" ? "; write sslmode=require" : close === undefined ? "" : `; did you mean ${close}?`;
  return { problem: `has an unknown parameter${shown}${hint}` };
}

/** Undefined stays undefined; null: the escapes are wrong. */
function decoded(text: string | undefined): string | undefined | null {
  if (text === undefined) return undefined;
  try {
    const plain = decodeURIComponent(text);
    return plain.includes("\0") ? null : plain;
  } catch {
    return null;
  }
}
