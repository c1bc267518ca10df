// Hostile clients on plain sockets, and an authenticated one that must always be answered.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { ResourceTypesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import type { GrpcTestClient } from "./grpc-client.ts";

/** Connects and sends; ignores the answer. */
export async function connectWith(port: number, bytes: Buffer): Promise<Socket> {
  const socket = createConnection({ host: "127.0.0.1", port });
  await once(socket, "connect");
  // The server may close the connection of such a client at any time.
  socket.on("error", () => {});
  socket.resume();
  if (bytes.byteLength > 0) socket.write(bytes);
  return socket;
}

/** Opens so many, two hundred at a time, since the queue of connections that wait for accept is limited. */
export async function crowd(port: number, count: number, bytes: (at: number) => Buffer): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const from = sockets.length;
    const batch = Array.from({ length: Math.min(200, count - from) }, (_, at) =>
      connectWith(port, bytes(from + at)),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

/** Resolves when the other side has ended all of them. */
export async function allClosed(sockets: readonly Socket[]): Promise<void> {
  // Not `once`, which rejects when the connection is reset.
  for (const socket of sockets)
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}

/**
 * Calls on an open connection, and on a new one each time, until the attack is over. Returns the
 * codes of both; at least one of each.
 */
export async function codesDuring(
  connect: () => GrpcTestClient,
  attack: Promise<unknown>,
): Promise<ReadonlySet<string>> {
  const { listResourceTypes } = ResourceTypesService.method;
  const progress = { over: false };
  const ended = attack.finally(() => {
    progress.over = true;
  });
  const standing = connect();
  const codes = new Set<string>();
  do {
    codes.add((await standing.unary(listResourceTypes)).code);
    const fresh = connect();
    codes.add((await fresh.unary(listResourceTypes)).code);
    fresh.close();
  } while (!progress.over);
  await ended;
  return codes;
}

/** How many files this process may have open. */
export function openFilesLimit(): number {
  const limit = /Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return Number(limit ?? 1024);
}
