// Keeps what Node has of an HTTP/2 session until its socket is closed.
import type { Socket } from "node:net";
import { http2SessionOf } from "./socket-session.ts";

/**
 * Node 24 aborts the process when it frees a session before a stream of it, whose headers had arrived in part when the
 * session was closed: the stream is freed in the next check phase of the event loop, the session at any garbage
 * collection. Node does not document the keys; where they are not found, nothing is kept.
 */
const kept = new Set<object>();

/** To be called once HTTP/2 has taken over the socket. */
export function keepSession(socket: Socket): void {
  const handle = handleOf(socket);
  if (handle === undefined) return;
  kept.add(handle);
  socket.once("close", () => setImmediate(() => kept.delete(handle)));
}

function handleOf(socket: Socket): object | undefined {
  const session = http2SessionOf(socket);
  if (session === undefined) return undefined;
  const symbol = Object.getOwnPropertySymbols(session).find(({ description }) => description === "kHandle");
  const handle: unknown = symbol === undefined ? undefined : Reflect.get(session, symbol);
  return typeof handle === "object" && handle !== null ? handle : undefined;
}
