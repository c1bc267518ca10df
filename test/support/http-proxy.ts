import { createServer, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";

export interface HttpProxy {
  readonly url: string;
  /** `CONNECT host:port` or `POST http://…`, one for each request that came to the proxy. */
  readonly log: readonly string[];
  /** The Proxy-Authorization of each. */
  readonly authorizations: readonly (string | undefined)[];
  close(): Promise<void>;
}

/**
 * A forward proxy on loopback. `tunnel` says what to do with CONNECT: the port on this machine where every tunnel ends,
 * for any host, or the status line of a refusal, or `hang` to leave it without an answer.
 */
export async function startHttpProxy(tunnel: number | string): Promise<HttpProxy> {
  const log: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((incoming, outgoing) => {
    log.push(`${incoming.method} ${incoming.url}`);
    authorizations.push(incoming.headers["proxy-authorization"]);
    const onward = httpRequest(
      incoming.url ?? "",
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", (incoming, socket: Socket) => {
    log.push(`CONNECT ${incoming.url}`);
    authorizations.push(incoming.headers["proxy-authorization"]);
    if (tunnel === "hang") return;
    if (typeof tunnel === "string") {
      socket.end(`HTTP/1.1 ${tunnel}\r\n\r\n`);
      return;
    }
    const far = connect(tunnel, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    sockets.add(far);
    for (const one of [far, socket]) one.on("error", () => one.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no TCP address");
  const { port } = address;

  return {
    url: `http://127.0.0.1:${port}`,
    log,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
