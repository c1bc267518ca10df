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

export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let sent = 0;
  let limit = Number.POSITIVE_INFINITY;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const onward = connect(target, "127.0.0.1");
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        onward.destroy();
      });
    }
    client.on("data", (bytes) => {
      const room = limit - sent;
      sent += bytes.length;
      if (bytes.length < room) onward.write(bytes);
      else if (room <= 0) cutAll();
      else onward.write(bytes.subarray(0, room), cutAll);
    });
    onward.on("data", (bytes) => client.write(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    get sent() {
      return sent;
    },
    cutAfter(bytes) {
      sent = 0;
      limit = bytes;
    },
    async close() {
      cutAll();
      server.close();
      await once(server, "close");
    },
  };
}
