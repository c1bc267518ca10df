import type { Server } from "node:net";
import { GovernanceError } from "../core/errors.ts";
import { formatListenAddress, isLoopback, type ListenAddress } from "../core/listen-address.ts";
import { errnoOf } from "../core/unknown.ts";
import { bindFailure } from "./bind-failure.ts";
import { removeStaleSocket, withPrivateMode } from "./unix-socket.ts";

/** Where a server listens. */
export interface Bound {
  /** The host of the address; the path of a Unix socket. */
  readonly host: string;
  /** The port that was opened; 0 for a Unix socket. */
  readonly port: number;
  /** The address as text, as a gRPC client dials it. */
  readonly target: string;
}

/** An open address. */
export interface Listener {
  readonly bound: Bound;
  /** Takes no new connections. */
  stop(): void;
}

/**
 * Plaintext is only for this machine: personal data and the tokens of callers must not cross a network unencrypted.
 * `setting` names the address in errors.
 */
export function requireProtected(
  setting: string,
  address: ListenAddress,
  { tls, insecure }: { readonly tls: boolean; readonly insecure: boolean },
): void {
  if (tls || insecure || isLoopback(address)) return;
  throw new GovernanceError(
    "invalid-argument",
    `${setting}: ${formatListenAddress(address)} can be reached from other machines, and the service has no TLS; ` +
      "listen on 127.0.0.1, [::1], localhost or unix:/path, or give it a certificate",
  );
}

/**
 * Lets servers listen on the address: `localhost` is two, for IPv4 and IPv6. Rejects with one line: the address, and why it
 * cannot be opened.
 */
export async function openListener(
  setting: string,
  address: ListenAddress,
  newServer: () => Server,
): Promise<Listener> {
  const fail: Fail = (error) => bindFailure(setting, address, error);
  const server = newServer();
  if (address.kind === "unix") {
    try {
      await listening(server, fail, { path: address.path });
    } catch (error) {
      const isTaken = error instanceof GovernanceError && errnoOf(error.cause) === "EADDRINUSE";
      if (!isTaken || !(await removeStaleSocket(setting, address.path))) throw error;
      await listening(server, fail, { path: address.path });
    }
    return listenerOf([server], { host: address.path, port: 0, target: formatListenAddress(address) });
  }
  const { host } = address;
  // Not resolved: a hosts file could name another machine.
  const isLocalhost = host.toLowerCase() === "localhost";
  await listening(server, fail, { host: isLocalhost ? "127.0.0.1" : host, port: address.port });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const target = formatListenAddress({ kind: "tcp", host, port });
  // Some clients resolve localhost to IPv4 first, others to IPv6.
  const ipv6 = isLocalhost ? await openIpv6(server, newServer(), port, fail) : [];
  return listenerOf([server, ...ipv6], { host, port, target });
}

async function openIpv6(first: Server, server: Server, port: number, fail: Fail): Promise<readonly Server[]> {
  try {
    await listening(server, fail, { host: "::1", port });
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

type Fail = (error: Error) => GovernanceError;

type Where = { readonly path: string } | { readonly host: string; readonly port: number };

function listening(server: Server, fail: Fail, where: Where): Promise<void> {
  return new Promise((resolve, reject) => {
    // Never removed: an error of a later accept (no file handle left) must not end the process.
    server.on("error", (error) => reject(fail(error)));
    server.once("listening", resolve);
    if ("path" in where) withPrivateMode(() => server.listen(where));
    else server.listen(where);
  });
}
