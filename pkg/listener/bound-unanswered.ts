import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Cuts a connection that sends requests without waiting for answers. Node.js parses all that have arrived in one turn, and
 * no client of SCIM does it.
 */
export function boundUnanswered(most: number) {
  const counts = new WeakMap<Socket, number>();
  return {
    /** False: the request is not to be answered. */
    admit(socket: Socket, response: ServerResponse): boolean {
      if (socket.destroyed) return false;
      const count = (counts.get(socket) ?? 0) + 1;
      if (count > most) {
        socket.destroy();
        return false;
      }
      counts.set(socket, count);
      response.once("close", () => counts.set(socket, (counts.get(socket) ?? 1) - 1));
      return true;
    },
  };
}
