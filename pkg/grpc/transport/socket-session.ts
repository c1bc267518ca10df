import type { Socket } from "node:net";
import { isRecord } from "../../core/unknown.ts";

export interface SocketSession {
  /** Ends it at once. Before its socket is destroyed it also ignores the requests that were read and not parsed yet. */
  destroy(): void;
}

/** The HTTP/2 session that has taken over the socket. Node does not document where it is: undefined where it is not found. */
export function http2SessionOf(socket: Socket): SocketSession | undefined {
  for (const key of Reflect.ownKeys(socket)) {
    const value: unknown = Reflect.get(socket, key);
    if (isSession(value)) return value;
  }
  return undefined;
}

function isSession(value: unknown): value is SocketSession {
  return isRecord(value) && typeof value["goaway"] === "function" && typeof value["destroy"] === "function";
}
