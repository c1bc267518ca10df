import { readFileSync } from "node:fs";
import type { Config } from "../../../../pkg/config/config.ts";

/** How many connections each port may have open, so that the process can always open its own files. */
export interface ConnectionShares {
  readonly grpc: number;
  readonly http: number;
  readonly scim: number;
}

/** Where the system does not say its limit: the usual soft limit of a shell. */
const ASSUMED_FILES = 1024;
const MOST_HTTP = 256;
const MOST_SCIM = 1000;
/** Threads, logs, databases, and connections to AWS. */
const OWN_FILES = 128;
/** More is made room for when it comes to it. */
const MOST_FILES = 8192;

/**
 * A quarter of the files that the process may have open is kept for the journal, the audit log, the sync file and AWS, at
 * least 64 and at most 1024; HTTP has a sixteenth, SCIM an eighth, gRPC the rest, but no more than is set.
 */
export function connectionShares(
  openFiles: number,
  maxConnections: number,
  servesScim = false,
): ConnectionShares {
  const reserve = Math.min(1024, Math.max(64, Math.floor(openFiles / 4)));
  const http = Math.min(MOST_HTTP, Math.max(8, Math.floor(openFiles / 16)));
  const scim = servesScim ? Math.min(MOST_SCIM, Math.max(8, Math.floor(openFiles / 8))) : 0;
  return { grpc: Math.max(1, Math.min(maxConnections, openFiles - reserve - http - scim)), http, scim };
}

/** How many files a service may come to have open at once: its connections, and files of its own. */
export function filesOfService({ service, scim }: Pick<Config, "service" | "scim">): number {
  const limit = openFilesLimit();
  const shares = connectionShares(limit, service.maxConnections, scim !== undefined);
  return Math.min(limit, MOST_FILES, shares.grpc + shares.http + shares.scim + OWN_FILES);
}

/** The soft limit on open files. Node raises it to the hard limit at its start. */
export function openFilesLimit(readLimits: () => string = readOwnLimits): number {
  try {
    const soft = /^Max open files +(\S+)/m.exec(readLimits())?.[1];
    if (soft === "unlimited") return Number.MAX_SAFE_INTEGER;
    return Number(soft ?? ASSUMED_FILES) || ASSUMED_FILES;
  } catch {
    return ASSUMED_FILES;
  }
}

function readOwnLimits(): string {
  return readFileSync("/proc/self/limits", "utf8");
}
