import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A connection to a server on this machine that breaks where a test wants it. */
export interface CuttingProxy {
  readonly port: number;
  /** Bytes that clients have sent since the last `cutAfter`. */
  readonly sent: number;
  /** Breaks all connections once the clients have sent so many bytes more; the last of them do not arrive. */
  cutAfter(bytes: number): void;
  close(): Promise<void>;
}

/** One connection through a proxy. */
export interface ProxiedConnection {
  readonly client: Socket;
  readonly onward: Socket;
  /** Breaks both sides. */
  cut(): void;
}

interface ProxyOptions {
  /** To these bytes nothing is done unless it is done here. */
  readonly fromClient: (bytes: Buffer, connection: ProxiedConnection) => void;
  readonly fromServer: (bytes: Buffer, connection: ProxiedConnection) => void;
  /** False: a new connection is refused. */
  readonly isOpen?: () => boolean;
}

/** In front of a server on this machine. */
export async function startProxy(
  target: number,
  { fromClient, fromServer, isOpen = () => true }: ProxyOptions,
) {
  const sockets = new Set<Socket>();
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (!isOpen()) {
      client.destroy();
      return;
    }
    const onward = connect(target, "127.0.0.1");
    const cut = (): void => {
      client.destroy();
      onward.destroy();
    };
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    const connection = { client, onward, cut };
    client.on("data", (bytes) => fromClient(bytes, connection));
    onward.on("data", (bytes) => fromServer(bytes, connection));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    cutAll,
    async close(): Promise<void> {
      cutAll();
      server.close();
      await once(server, "close");
    },
  };
}

export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  let sent = 0;
  let limit = Number.POSITIVE_INFINITY;
  const proxy = await startProxy(target, {
    fromClient(bytes, { onward }) {
      const room = limit - sent;
      sent += bytes.length;
      if (bytes.length < room) onward.write(bytes);
      else if (room <= 0) proxy.cutAll();
      else onward.write(bytes.subarray(0, room), proxy.cutAll);
    },
    fromServer: (bytes, { client }) => void client.write(bytes),
  });
  return {
    port: proxy.port,
    get sent() {
      return sent;
    },
    cutAfter(bytes) {
      sent = 0;
      limit = bytes;
    },
    close: () => proxy.close(),
  };
}
