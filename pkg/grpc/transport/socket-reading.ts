import type { Socket } from "node:net";
import { isRecord } from "../../core/unknown.ts";

/**
 * False for a connection whose reading cannot be changed. HTTP/2 has taken the socket over, so that only its handle, which
 * Node does not document, can be asked.
 */
export function setReading(socket: Socket, reads: boolean): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  const change: unknown = isRecord(handle) ? handle[reads ? "readStart" : "readStop"] : undefined;
  if (typeof change !== "function") return false;
  Reflect.apply(change, handle, []);
  return true;
}
