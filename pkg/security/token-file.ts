// A line is `<read|provision> <hex SHA-256 of the token> [name]`; empty lines and lines that begin with # are ignored.
// Several tokens are valid at once, so that callers can change from one to the next. The file has no token itself.
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { GovernanceError } from "../core/errors.ts";
import type { AuthenticatedCaller, Role } from "./caller.ts";
import { tokenCallerName } from "./caller-name.ts";
import type { ReloadEvent } from "./watched-files.ts";
import { type WatchedFiles, watchFiles } from "./watched-files.ts";

/** The caller with this token; undefined for an unknown token. Both answers take the same time. */
export type TokenTable = (token: string) => AuthenticatedCaller | undefined;

/** Throws `failed-precondition` with path and line, never with the content: it may be a token in plain text. */
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

function tokenTable(path: string, text: string): TokenTable {
  const entries: Entry[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const entry = entryOf(content);
    if (entry === undefined) {
      throw new GovernanceError(
        "failed-precondition",
        `${path}: line ${at + 1} must be read or provision, the hex SHA-256 of the token and optionally a name`,
      );
    }
    if (entries.some(({ digest }) => digest.equals(entry.digest))) {
      throw new GovernanceError(
        "failed-precondition",
        `${path}: line ${at + 1} has the token of an earlier line; remove one of the two`,
      );
    }
    entries.push(entry);
  }
  if (entries.length === 0) {
    throw new GovernanceError("failed-precondition", `${path}: has no token; add a line for each caller`);
  }
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
