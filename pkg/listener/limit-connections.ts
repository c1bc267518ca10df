import type { Server, ServerResponse } from "node:http";
import { Socket } from "node:net";

export interface ConnectionLimit {
  readonly connections: number;
  /**
   * Which may be closed for a new one: those without a request, or all, where no request has an effect. Then one that is idle
   * comes before one that waits for its answer or does not read it.
   */
  readonly victims: "idle" | "all";
  readonly onEvicted?: (() => void) | undefined;
}

interface Connection {
  readonly socket: Socket;
  /** Whose answers have not left. */
  requests: number;
}

/**
 * Keeps at most `connections` open. A new one above that closes the one that has been idle for longest: a client that
 * opens thousands and sends nothing must not block the others. Node's `maxConnections` would drop the new one instead.
 * With several servers the limit is for all of them.
 */
export function limitConnections(limit: ConnectionLimit): (server: Server) => void {
  const { connections, victims, onEvicted = () => {} } = limit;
  const open = new Map<Socket | string, Connection>();
  // In the order in which they became so.
  const idle = new Set<Connection>();
  const busy = new Set<Connection>();

  function makeRoom(newest: Connection): void {
    if (idle.size + busy.size <= connections) return;
    const [longest = newest] = idle;
    const [busiest] = victims === "all" ? busy : [];
    const victim = longest === newest ? (busiest ?? newest) : longest;
    idle.delete(victim);
    busy.delete(victim);
    victim.socket.destroy();
    onEvicted();
  }

  function requested(connection: Connection, response: ServerResponse): void {
    connection.requests += 1;
    if (idle.delete(connection)) busy.add(connection);
    response.once("close", () => {
      connection.requests -= 1;
      if (connection.requests === 0 && busy.delete(connection)) idle.add(connection);
    });
  }

  return (server) => {
    server.on("connection", (socket: Socket) => {
      const key = connectionKey(socket);
      const connection = { socket, requests: 0 };
      open.set(key, connection);
      idle.add(connection);
      socket.once("close", () => {
        idle.delete(connection);
        busy.delete(connection);
        if (open.get(key) === connection) open.delete(key);
      });
      makeRoom(connection);
    });
    server.on("request", ({ socket }, response) => {
      const connection = open.get(connectionKey(socket));
      if (connection !== undefined) requested(connection, response);
    });
  };
}

/** With TLS a request has another socket than its connection, between the same ends; those of a Unix socket have no names. */
export function connectionKey(socket: Socket): Socket | string {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remotePort !== undefined) return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
  // Node.js does not document it.
  const below: unknown = Reflect.get(socket, "_parent");
  return below instanceof Socket ? below : socket;
}
