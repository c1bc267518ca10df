// The sockets are ours and not the library's, which can neither limit how many connect, nor how long a handshake takes,
// nor get rid of a peer that has stopped reading.
import { createServer, type Server, type Socket } from "node:net";
import { GovernanceError } from "../../core/errors.ts";
import { isLocal, type ListenAddress } from "../../core/listen-address.ts";

/** Where a server listens. */
export interface Bound {
  /** The host as asked for; the path of a Unix socket. */
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

/** Plaintext is for this machine only: everybody's data, and secrets of callers, must not go onto a network as they are. */
export function requireProtected(
  address: ListenAddress,
  { tls, insecure }: { readonly tls: boolean; readonly insecure: boolean },
): void {
  if (tls || insecure || isLocal(address)) return;
  throw new GovernanceError(
    "invalid-argument",
    `listen: ${address.target} can be reached from other machines, and the service has no TLS; ` +
      "listen on 127.0.0.1, [::1], localhost or unix:/path, or give it a certificate",
  );
}

/** Rejects with one line that names the address and says why it cannot be had. */
export async function openListener(
  address: ListenAddress,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer(onConnection);
  if (address.kind === "unix") {
    await listening(server, address, { path: address.path });
    return listenerOf([server], { host: address.path, port: 0, target: address.target });
  }
  const { host } = address;
  const named = host.toLowerCase() === "localhost";
  await listening(server, address, { host: named ? "127.0.0.1" : host, port: address.port });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const target = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  // Clients disagree on which family localhost is.
  const sixth = named ? await openSixth(server, address, port, onConnection) : [];
  return listenerOf([server, ...sixth], { host, port, target });
}

async function openSixth(
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
    // A machine without IPv6 has no such address, and nobody who asks for it.
    const code = error instanceof GovernanceError ? codeOf(error.cause) : undefined;
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
    // It stays for good: a connection that cannot be accepted for want of file handles must not end the process.
    server.on("error", (error) => reject(bindFailure(address, error)));
    server.once("listening", resolve);
    server.listen(where);
  });
}

function bindFailure({ kind, target }: ListenAddress, error: Error): GovernanceError {
  const code = codeOf(error) ?? "unknown reason";
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

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
