// A line is `<read|provision> <hex SHA-256 of the token> [name]`; empty lines and lines that begin with # are ignored.
// Several tokens are valid at once, so that callers can change from one to the next. The file has no token itself.
import { hash } from "node:crypto";
import type { AuthenticatedCaller, Role } from "./caller.ts";
import { tokenCallerName } from "./caller-name.ts";
import type { LoadedContent, ReloadEvent } from "./watched-files.ts";
import { type WatchedFiles, watchFiles } from "./watched-files.ts";

/**
 * The caller with this token; undefined for an unknown token. The time depends neither on how many tokens there are nor on how
 * much of a token is right: what is looked up is its digest, and nobody finds a token to a digest that is nearly right.
 */
export type TokenTable = (token: string) => AuthenticatedCaller | undefined;

/**
 * Throws `failed-precondition` with path and line, never with the content: it may be a token in plain text. Later the good
 * lines of the file count, also when there is none.
 */
export function watchTokenFile(
  path: string,
  onReload: (event: ReloadEvent) => void,
): WatchedFiles<TokenTable> {
  return watchFiles({
    subject: "the token file",
    paths: [path],
    load: ([content]) => tokenTable(path, content?.toString() ?? ""),
    onReload,
  });
}

interface Entry extends AuthenticatedCaller {
  /** The SHA-256 of its token, in small hex digits. */
  readonly digest: string;
}

/**
 * A line that cannot be read takes nothing from the others. A token that is there twice has the lesser of its roles, so
 * that a second line gives nothing.
 */
function tokenTable(path: string, text: string): LoadedContent<TokenTable> {
  const entries = new Map<string, Entry>();
  const flaws: string[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const entry = entryOf(content);
    if (entry === undefined) {
      flaws.push(
        `line ${at + 1} must be read or provision, the hex SHA-256 of the token and optionally a name`,
      );
      continue;
    }
    const earlier = entries.get(entry.digest);
    if (earlier !== undefined) {
      flaws.push(`line ${at + 1} has the token of an earlier line; remove one of the two`);
      if (entry.role === "provision") continue;
    }
    entries.set(entry.digest, { ...entry, name: earlier?.name ?? entry.name });
  }
  if (entries.size === 0 && flaws.length === 0) {
    flaws.push("has no token, so no token is accepted; add a line for each caller");
  }
  const [flaw] = flaws;
  const more = flaws.length > 1 ? ` (and ${flaws.length - 1} more)` : "";
  return {
    value: tableOf(entries),
    flaw: flaw === undefined ? undefined : `${path}: ${flaw}${more}`,
  };
}

function tableOf(entries: ReadonlyMap<string, Entry>): TokenTable {
  return (token) => {
    const found = entries.get(hash("sha256", token, "hex"));
    return found === undefined ? undefined : { name: found.name, role: found.role };
  };
}

function entryOf(line: string): Entry | undefined {
  const [, role = "", hex = "", name] = /^(\S+)\s+([0-9a-fA-F]{64})(?:\s+(\S.*))?$/.exec(line) ?? [];
  if (!isRole(role)) return undefined;
  const digest = hex.toLowerCase();
  return { role, digest, name: tokenCallerName(name ?? digest.slice(0, 8)) };
}

function isRole(text: string): text is Role {
  return text === "read" || text === "provision";
}
