import { once } from "node:events";
import { connect, createServer, Server as NetServer, type Socket } from "node:net";
import { PerformanceObserver } from "node:perf_hooks";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headersFrame, PREFACE, resetFrame } from "../../../test/support/http2-frames.ts";
import { isRecord } from "../../core/unknown.ts";
import { createBusyCallers } from "../limits/busy-callers.ts";
import { type ConnectionAcceptor, createConnectionAcceptor } from "./acceptor.ts";
import type { ConnectionEnds } from "./connections.ts";

let library: Server;
let acceptor: ConnectionAcceptor;
let listener: NetServer;
let onCancelled: (ends: ConnectionEnds) => void = () => {};
let accepted: { readonly socket: Socket; readonly ends: ConnectionEnds }[] = [];

beforeEach(async () => {
  accepted = [];
  onCancelled = () => {};
  library = new Server();
  acceptor = createConnectionAcceptor({
    maxConnections: 100,
    handshakeTimeoutMs: 1000,
    tls: undefined,
    createInjector: () => library.createConnectionInjector(ServerCredentials.createInsecure()),
    onRefused: () => {},
    newcomerWait: () => 0,
    busy: createBusyCallers(() => 0),
    onCancelled: (ends) => onCancelled(ends),
    onCallRefused: () => {},
    monotonic: () => 0,
  });
  listener = createServer((socket) => {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    acceptor.accept(socket);
    accepted.push({ socket, ends: { localAddress, localPort, remoteAddress, remotePort } });
    listener.emit("accepted");
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
});

afterEach(async () => {
  listener.close();
  const ended = acceptor.close();
  acceptor.destroy();
  await ended;
});

async function connected(count: number): Promise<Socket[]> {
  const address = listener.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const all = accepted.length + count;
  const clients = Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => {}));
  while (accepted.length < all) await once(listener, "accepted");
  return clients;
}

/** The servers that grpc-js has for the connections that it got. */
function serversOfLibrary(): NetServer[] {
  const servers: unknown = Reflect.get(library, "http2Servers");
  if (!(servers instanceof Map)) throw new TypeError("grpc-js keeps its servers elsewhere");
  return [...servers.keys()].filter((server) => server instanceof NetServer);
}

/** Of the next session that ends: how many streams Node has made of what it read. */
function streamsOfNext(): Promise<number> {
  return new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const detail: unknown = Reflect.get(entry, "detail");
        if (entry.name !== "Http2Session" || !isRecord(detail) || detail["type"] !== "server") continue;
        observer.disconnect();
        resolve(Number(detail["streamCount"]));
      }
    });
    observer.observe({ entryTypes: ["http2"] });
  });
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));

const closeListeners = (servers: readonly NetServer[]): number[] =>
  servers.map((server) => server.listenerCount("close"));

describe("a connection", () => {
  test("that breaks a bound with hundreds of calls in one piece is ended once", async () => {
    await connected(1);
    const servers = serversOfLibrary();
    const before = closeListeners(servers);
    expect(before).toHaveLength(1);
    for (const { socket, ends } of accepted) {
      const gone = closed(socket);
      for (let call = 0; call < 300; call += 1) acceptor.cut(ends);
      // Node warns of a leak from eleven on.
      expect(closeListeners(servers)).toEqual(before.map((count) => count + 1));
      await gone;
    }
    expect(closeListeners(servers)).toEqual(before);
  });

  test("that is cut has no further streams of the piece that was read", async () => {
    onCancelled = acceptor.cut;
    const [client] = await connected(1);
    const streams = streamsOfNext();
    const pairs = Array.from({ length: 500 }, (_, at) => [
      headersFrame(2 * at + 1, "a"),
      resetFrame(2 * at + 1),
    ]);
    client?.write(Buffer.concat([PREFACE, ...pairs.flat()]));
    // 16 begin, and beyond 32 that wait it is seen that they are cancelled.
    expect(await streams).toBeLessThanOrEqual(16 + 33);
  });

  test("leaves nothing in the library, whether its client closes it or it is cut", async () => {
    const clients = await connected(40);
    const servers = serversOfLibrary();
    expect(servers).toHaveLength(40);
    const gone = accepted.map(({ socket }) => closed(socket));
    for (const client of clients.slice(20)) client.destroy();
    for (const { ends } of accepted.slice(0, 20)) acceptor.cut(ends);
    await Promise.all(gone);
    await new Promise((resolve) => setImmediate(resolve));
    expect(serversOfLibrary()).toEqual([]);
    expect(closeListeners(servers)).toEqual(servers.map(() => 0));
  });
});
