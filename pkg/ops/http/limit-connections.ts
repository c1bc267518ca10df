import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps at most `connections` open. A new one above that closes the one that has been idle for longest: a client that
 * opens thousands and sends nothing must not block the probes. Node's `maxConnections` would drop the new one instead.
 */
export function limitConnections(server: Server, connections: number): void {
  // In the order in which they became idle.
  const idle = new Set<Socket>();
  let open = 0;

  server.on("connection", (socket: Socket) => {
    open += 1;
    idle.add(socket);
    socket.once("close", () => {
      open -= 1;
      idle.delete(socket);
    });
    if (open <= connections) return;
    const [longest = socket] = idle;
    idle.delete(longest);
    longest.destroy();
  });
  server.on("request", ({ socket }, response) => {
    idle.delete(socket);
    response.once("close", () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
}
