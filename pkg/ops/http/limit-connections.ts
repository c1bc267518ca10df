import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Holds at most so many connections. One too many takes the place of the one that has been without a request for
 * longest: whoever opens thousands and says nothing must not keep a probe out.
 */
export function limitConnections(server: Server, connections: number): void {
  // In the order in which they fell silent.
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
