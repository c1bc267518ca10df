// ~/.pgpass, or the file of PGPASSFILE, by the rules of libpq.
import { readFileSync, statSync } from "node:fs";
import { GovernanceError } from "../../../core/errors.ts";
import { errnoOf } from "../../../core/unknown.ts";
import { isSocket, type PostgresAccess, type PostgresHost } from "./access.ts";

const GROUP_OR_OTHERS = 0o077;

/** The folders in which libpq takes a socket for `localhost`. */
export const SOCKET_FOLDERS: readonly string[] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/** The password of the first line that fits; undefined without one. A file that others can read is refused. */
export function passwordFromFile(
  { passFile, database, user }: PostgresAccess,
  host: PostgresHost,
): string | undefined {
  if (passFile === undefined) return undefined;
  const text = readPassFile(passFile);
  const isUsual = isSocket(host) && (host.host === "" || SOCKET_FOLDERS.includes(host.host));
  const wanted = [
    isUsual ? "localhost" : host.host || (host.address ?? ""),
    String(host.port),
    database,
    user,
  ];
  for (const line of text?.split(/\r?\n/) ?? []) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    const password = fields[4];
    if (password !== undefined && wanted.every((want, index) => fits(fields[index], want))) return password;
  }
  return undefined;
}

function readPassFile(path: string): string | undefined {
  try {
    const found = statSync(path);
    // A device such as /dev/null is a way to say "none".
    if (!found.isFile()) return undefined;
    if (process.platform !== "win32" && (found.mode & GROUP_OR_OTHERS) !== 0) {
      const mode = (found.mode & 0o7777).toString(8).padStart(4, "0");
      throw new GovernanceError(
        "failed-precondition",
        `${path} may be read by others (mode ${mode}), so its passwords are not used; run chmod 0600 ${path}`,
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof GovernanceError) throw error;
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw new GovernanceError(
      "failed-precondition",
      `${path} cannot be read (${errnoOf(error)}); let this user read it, or name another file by PGPASSFILE`,
      { cause: error },
    );
  }
}

/** host:port:database:user:password, where a backslash takes the meaning from the next character. */
function fieldsOf(line: string): readonly string[] {
  const fields = [""];
  for (const [, escaped, one = ""] of line.matchAll(/\\(.)|([^])/g)) {
    if (one === ":" && fields.length < 5) fields.push("");
    else fields[fields.length - 1] += escaped ?? one;
  }
  return fields;
}

/** A star that was escaped counts as one, as in libpq too. */
function fits(field: string | undefined, wanted: string): boolean {
  return field === "*" || field === wanted;
}
