import type { Server } from "@grpc/grpc-js";
import { GovernanceError } from "../core/errors.ts";
import { type ListenAddress, parseListenAddress } from "./address.ts";
import { serverCredentials } from "./credentials.ts";

/** Where a server listens. */
export interface Bound {
  /** The host as asked for; the path of a Unix socket. */
  readonly host: string;
  /** The port that was opened; 0 for a Unix socket. */
  readonly port: number;
  /** What a gRPC client dials. */
  readonly target: string;
}

/** Opens the address. Rejects with one line that names it: `invalid-argument` where it is none, else why it cannot be had. */
export async function bind(server: Server, text: string): Promise<Bound> {
  const address = parseListenAddress(text);
  const credentials = serverCredentials(address);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address.target, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(bindFailure(address, error));
    });
  });
  if (address.kind === "unix") return { host: address.path, port: 0, target: address.target };
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { host: address.host, port, target: `${host}:${port}` };
}

function bindFailure({ kind, target }: ListenAddress, error: Error): GovernanceError {
  // The library hands the system's code over in its text only.
  const code = /\bE[A-Z]{3,}\b/.exec(error.message)?.[0] ?? "unknown reason";
  if (code === "EADDRINUSE") {
    const stale = kind === "unix" ? ", or remove the file if a killed one left it behind" : "";
    return new GovernanceError(
      "failed-precondition",
      `listen: ${target} is taken by another program; stop it or choose another address${stale}`,
      { cause: error },
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    // A folder that is missing is reported as this, too.
    const cure = kind === "unix" ? "its folder must exist and be writable" : "choose a port from 1024 up";
    return new GovernanceError("permission-denied", `listen: this user may not open ${target}; ${cure}`, {
      cause: error,
    });
  }
  return new GovernanceError(
    "failed-precondition",
    `listen: ${target} cannot be opened (${code}); choose another address`,
    { cause: error },
  );
}
