import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAuthority } from "../../test/support/certificates.ts";
import { boundUnanswered } from "./bound-unanswered.ts";

const MOST = 8;

let server: Server;
let asked: number;
let answers: (() => void)[];

const answer: RequestListener = (_request, response) => {
  answers.push(() => void response.end("ok"));
};

async function listenOn(one: Server): Promise<void> {
  server = one;
  // What Node.js has made of the bytes, whether it is answered or not.
  for (const event of ["request", "checkExpectation"] as const) server.on(event, () => void (asked += 1));
  boundUnanswered(MOST)(server, answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

beforeEach(async () => {
  asked = 0;
  answers = [];
  await listenOn(createServer({ requireHostHeader: false }));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function client(): Promise<Socket> {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  const socket = connect(address.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

/** Node.js accepts one connection a turn, which would keep those that send at once apart. */
async function crowd(count: number) {
  const accepted: Socket[] = [];
  server.on("connection", (socket: Socket) => void accepted.push(socket));
  const sockets = await Promise.all(Array.from({ length: count }, client));
  await until(() => accepted.length === count);
  return { sockets, accepted };
}

const closing = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));

test.for([
  ["requests", "GET / HTTP/1.1\r\n\r\n"],
  ["expectations", "GET / HTTP/1.1\r\nexpect: nonsense\r\n\r\n"],
] as const)(
  "a connection with too many %s is cut, and what it has sent beyond them is not parsed",
  async ([, request]) => {
    const sockets = await Promise.all(Array.from({ length: 5 }, client));
    const closed = Promise.all(sockets.map(closing));
    for (const socket of sockets) socket.write(request.repeat(1500));
    await closed;
    expect(asked).toBe(5 * (MOST + 1));
  },
);

test("so is one over TLS", async () => {
  server.close();
  const { key, cert } = createAuthority("listener").issue({ names: ["IP:127.0.0.1"] });
  await listenOn(createTlsServer({ key, cert, requireHostHeader: false }));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  const socket = connectTls({ host: "127.0.0.1", port: address.port, rejectUnauthorized: false });
  socket.on("error", () => {});
  socket.resume();
  await new Promise<void>((resolve) => socket.once("secureConnect", resolve));
  const closed = closing(socket);
  socket.write("GET / HTTP/1.1\r\n\r\n".repeat(1500));
  await closed;
  expect(asked).toBe(MOST + 1);
});

test("requests of many connections that arrive at once begin in several turns of the event loop", async () => {
  const { sockets } = await crowd(40);
  for (const socket of sockets) socket.write("GET / HTTP/1.1\r\n\r\n".repeat(MOST));
  let before = 0;
  let most = 0;
  while (answers.length < 40 * MOST) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, answers.length - before);
    before = answers.length;
  }
  // What is counted here as one turn may be two.
  expect(most).toBeLessThanOrEqual(2 * 32);
});

test("a request whose connection is closed while it waits does not begin", async () => {
  const { sockets, accepted } = await crowd(40);
  const closed = Promise.all(sockets.map(closing));
  for (const socket of sockets) socket.write("GET / HTTP/1.1\r\n\r\n".repeat(MOST));
  // All have arrived, and 32 or 64 have begun.
  await until(() => asked === 40 * MOST);
  for (const socket of accepted) socket.destroy();
  await closed;
  expect(answers.length).toBeLessThan(40 * MOST);
});

test("a connection that waits for its answers may send as many as it likes", async () => {
  const socket = await client();
  let received = "";
  socket.on("data", (piece: Buffer) => void (received += piece.toString()));
  for (let round = 1; round <= 3; round += 1) {
    socket.write("GET / HTTP/1.1\r\n\r\n".repeat(MOST));
    await expect.poll(() => answers.length).toBe(MOST);
    for (const send of answers.splice(0)) send();
    await expect.poll(() => received.split("HTTP/1.1 200").length - 1).toBe(round * MOST);
  }
  expect(asked).toBe(3 * MOST);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});
