import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface Unanswered {
  /** From now on the requests of this server are counted. */
  watch(server: Server): void;
  /** Does the work once all requests of the connection that have arrived as a whole are answered, unless it is closed by then. */
  afterAnswers(socket: Socket, work: () => void): void;
}

/** The requests of each connection that have no answer yet. */
export function createUnanswered(): Unanswered {
  const bySocket = new WeakMap<Socket, Set<ServerResponse>>();

  function arrived({ socket }: IncomingMessage, response: ServerResponse): void {
    const responses = bySocket.get(socket) ?? new Set();
    bySocket.set(socket, responses.add(response));
    response.once("close", () => responses.delete(response));
  }

  function afterAnswers(socket: Socket, work: () => void): void {
    const running = [...(bySocket.get(socket) ?? [])].find(({ req }) => req.complete);
    if (running === undefined) work();
    else running.once("close", () => void (!socket.destroyed && afterAnswers(socket, work)));
  }

  return {
    watch(server) {
      // Before they begin: they may wait for their turn.
      for (const event of ["request", "checkExpectation"] as const) server.on(event, arrived);
    },
    afterAnswers,
  };
}
