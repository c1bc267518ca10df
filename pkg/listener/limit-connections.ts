import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps at most `connections` open. A new one above that closes the one that has been idle for longest: a client that
 * opens thousands and sends nothing must not block the others. Node's `maxConnections` would drop the new one instead.
 * With several servers the limit is for all of them.
 */
export function limitConnections(
  connections: number,
  onEvicted: () => void = () => {},
): (server: Server) => void {
  // In the order in which they became idle.
  const idle = new Map<Socket | string, Socket>();
  let open = 0;

  return (server) => {
    server.on("connection", (socket: Socket) => {
      const key = nameOf(socket);
      open += 1;
      idle.set(key, socket);
      socket.once("close", () => {
        open -= 1;
        if (idle.get(key) === socket) idle.delete(key);
      });
      if (open <= connections) return;
      const [[longestKey, longest] = [key, socket]] = idle;
      idle.delete(longestKey);
      longest.destroy();
      onEvicted();
    });
    server.on("request", ({ socket }, response) => {
      const key = nameOf(socket);
      const connection = idle.get(key) ?? socket;
      idle.delete(key);
      response.once("close", () => {
        if (!socket.destroyed) idle.set(key, connection);
      });
    });
  };
}

/** With TLS a request has another socket than its connection, between the same ends. */
function nameOf(socket: Socket): Socket | string {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
