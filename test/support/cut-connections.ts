// A service that cuts connections whose last request has arrived in part, and collects garbage in the same phase of the
// event loop. Ends with exit code 0 when it has outlived all of them. Run by pkg/grpc/transport/kept-sessions.test.ts, with --expose-gc.
import { Buffer } from "node:buffer";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, createServer, type Server as NetServer, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { createBusyCallers } from "../../pkg/grpc/limits/busy-callers.ts";
import { createConnectionAcceptor } from "../../pkg/grpc/transport/acceptor.ts";
import type { ConnectionEnds } from "../../pkg/grpc/transport/connections.ts";
import { frame, PREFACE, resetFrame } from "./http2-frames.ts";

const CONNECTIONS = 20;
const HEADERS = 1;
const END_HEADERS = 4;

/** POST http://a/, and a header that the client does not send before. */
function request(stream: number): Buffer {
  const name = `x-${stream}`;
  const value = "v".repeat(100);
  const header = [Buffer.from([0x40, name.length]), Buffer.from(name), Buffer.from([value.length])];
  const block = [Buffer.from([0x83, 0x86, 0x84, 0x41, 1, 0x61]), ...header, Buffer.from(value)];
  return frame(HEADERS, END_HEADERS, stream, Buffer.concat(block));
}

async function portOf(server: NetServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}).resume();
  await once(socket, "connect");
  return socket;
}

const library = new Server();
const acceptor = createConnectionAcceptor({
  maxConnections: 10,
  handshakeTimeoutMs: 1000,
  tls: undefined,
  createInjector: () => library.createConnectionInjector(ServerCredentials.createInsecure()),
  onRefused: () => {},
  newcomerWait: () => 0,
  busy: createBusyCallers(() => performance.now()),
  onCancelled: () => {},
  onCallRefused: () => {},
  monotonic: () => performance.now(),
});
let accepted: ConnectionEnds | undefined;
let cut = 0;
subscribe("http2.server.stream.created", () => {
  if (accepted === undefined) return;
  cut += 1;
  acceptor.cut(accepted);
});
const service = await portOf(
  createServer((socket) => {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    accepted = { localAddress, localPort, remoteAddress, remotePort };
    acceptor.accept(socket);
  }),
);
const collector = await connected(
  await portOf(createServer((socket) => void socket.on("data", () => globalThis.gc?.()))),
);
for (let connection = 0; connection < CONNECTIONS; connection += 1) {
  const client = await connected(service);
  const closed = once(client, "close");
  client.write(PREFACE);
  await once(client, "data");
  await nextTurn();
  client.write(Buffer.concat([request(1), resetFrame(1), request(3).subarray(0, -1)]));
  collector.write("now");
  await closed;
}
process.stdout.write(`${cut} cut`);
process.exit(0);
