// We listen ourselves, because the library can limit neither the number of connections nor the time of a handshake, and
// cannot close the connection of a peer that has stopped reading.
import { createServer, type Server, type Socket } from "node:net";
import { GovernanceError } from "../../core/errors.ts";
import { formatListenAddress, isLoopback, type ListenAddress } from "../../core/listen-address.ts";
import { errnoOf } from "../../core/unknown.ts";
import { removeStaleSocket, withPrivateMode } from "./unix-socket.ts";

/** Where a server listens. */
export interface Bound {
  /** The host of the address; the path of a Unix socket. */
  readonly host: string;
  /** The port that was opened; 0 for a Unix socket. */
  readonly port: number;
  /** What a gRPC client dials. */
  readonly target: string;
}

/** An open address. */
export interface Listener {
  readonly bound: Bound;
  /** Takes no new connections. */
  stop(): void;
}

/** Plaintext is only for this machine: personal data and the tokens of callers must not cross a network unencrypted. */
export function requireProtected(
  address: ListenAddress,
  { tls, insecure }: { readonly tls: boolean; readonly insecure: boolean },
): void {
  if (tls || insecure || isLoopback(address)) return;
  throw new GovernanceError(
    "invalid-argument",
    `listen: ${formatListenAddress(address)} can be reached from other machines, and the service has no TLS; ` +
      "listen on 127.0.0.1, [::1], localhost or unix:/path, or give it a certificate",
  );
}

/** Rejects with one line: the address, and why it cannot be opened. */
export async function openListener(
  address: ListenAddress,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer(onConnection);
  if (address.kind === "unix") {
    try {
      await listening(server, address, { path: address.path });
    } catch (error) {
      const isTaken = error instanceof GovernanceError && errnoOf(error.cause) === "EADDRINUSE";
      if (!isTaken || !(await removeStaleSocket(address.path))) throw error;
      await listening(server, address, { path: address.path });
    }
    return listenerOf([server], { host: address.path, port: 0, target: formatListenAddress(address) });
  }
  const { host } = address;
  // Not resolved: a hosts file could name another machine.
  const isLocalhost = host.toLowerCase() === "localhost";
  await listening(server, address, { host: isLocalhost ? "127.0.0.1" : host, port: address.port });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const target = formatListenAddress({ kind: "tcp", host, port });
  // Some clients resolve localhost to IPv4 first, others to IPv6.
  const ipv6 = isLocalhost ? await openIpv6(server, address, port, onConnection) : [];
  return listenerOf([server, ...ipv6], { host, port, target });
}

async function openIpv6(
  first: Server,
  address: ListenAddress,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<readonly Server[]> {
  const server = createServer(onConnection);
  try {
    await listening(server, address, { host: "::1", port });
    return [server];
  } catch (error) {
    // A machine without IPv6 has no such address, and no client that uses it.
    const code = error instanceof GovernanceError ? errnoOf(error.cause) : "";
    if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return [];
    first.close();
    throw error;
  }
}

function listenerOf(servers: readonly Server[], bound: Bound): Listener {
  return {
    bound,
    stop() {
      for (const server of servers) server.close();
    },
  };
}

type Where = { readonly path: string } | { readonly host: string; readonly port: number };

function listening(server: Server, address: ListenAddress, where: Where): Promise<void> {
  return new Promise((resolve, reject) => {
    // Never removed: an error of a later accept (no file handle left) must not end the process.
    server.on("error", (error) => reject(bindFailure(address, error)));
    server.once("listening", resolve);
    if ("path" in where) withPrivateMode(() => server.listen(where));
    else server.listen(where);
  });
}

function bindFailure(address: ListenAddress, error: Error): GovernanceError {
  const { kind } = address;
  const target = formatListenAddress(address);
  const code = errnoOf(error) || "unknown reason";
  if (code === "EADDRINUSE") {
    return new GovernanceError(
      "failed-precondition",
      `listen: ${target} is taken by another program; stop it or choose another address`,
      { cause: error },
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    // A missing folder is reported with the same code.
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
