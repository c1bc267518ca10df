// A line is `<read|provision> <hex SHA-256 of the token> [name]`; empty lines and lines that begin with # are ignored.
// Several tokens are valid at once, so that callers can change from one to the next. The file has no token itself.
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { AuthenticatedCaller, Role } from "./caller.ts";
import { tokenCallerName } from "./caller-name.ts";
import type { LoadedContent, ReloadEvent } from "./watched-files.ts";
import { type WatchedFiles, watchFiles } from "./watched-files.ts";

/** The caller with this token; undefined for an unknown token. Both answers take the same time. */
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
  readonly digest: Buffer;
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
    const key = entry.digest.toString("hex");
    const earlier = entries.get(key);
    if (earlier !== undefined) {
      flaws.push(`line ${at + 1} has the token of an earlier line; remove one of the two`);
      if (entry.role === "provision") continue;
    }
    entries.set(key, { ...entry, name: earlier?.name ?? entry.name });
  }
  if (entries.size === 0 && flaws.length === 0) {
    flaws.push("has no token, so no token is accepted; add a line for each caller");
  }
  const [flaw] = flaws;
  const more = flaws.length > 1 ? ` (and ${flaws.length - 1} more)` : "";
  return {
    value: tableOf([...entries.values()]),
    flaw: flaw === undefined ? undefined : `${path}: ${flaw}${more}`,
  };
}

function tableOf(entries: readonly Entry[]): TokenTable {
  return (token) => {
    const digest = createHash("sha256").update(token).digest();
    let found: Entry | undefined;
    for (const entry of entries) if (timingSafeEqual(entry.digest, digest)) found = entry;
    return found === undefined ? undefined : { name: found.name, role: found.role };
  };
}

function entryOf(line: string): Entry | undefined {
  const [, role = "", hex = "", name] = /^(\S+)\s+([0-9a-fA-F]{64})(?:\s+(\S.*))?$/.exec(line) ?? [];
  if (!isRole(role)) return undefined;
  const shown = name ?? hex.slice(0, 8).toLowerCase();
  return { role, digest: Buffer.from(hex, "hex"), name: tokenCallerName(shown) };
}

function isRole(text: string): text is Role {
  return text === "read" || text === "provision";
}
