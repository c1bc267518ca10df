import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAuthority } from "../../test/support/certificates.ts";
import { limitConnections } from "./limit-connections.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

let server: Server;
let answers: (() => void)[];
let evicted: number;
let accepted: number;
const clients: Socket[] = [];

const hold: RequestListener = (_request, response) => void answers.push(() => void response.end("ok"));

async function listen(one: Server, where: { readonly path: string } | { readonly port: number }) {
  server = one;
  server.on("connection", () => void (accepted += 1));
  server.on("request", hold);
  server.listen(where);
  await once(server, "listening");
}

function limit(connections: number, victims: "idle" | "all"): void {
  limitConnections({ connections, victims, onEvicted: () => void (evicted += 1) })(server);
}

beforeEach(() => {
  [answers, evicted, accepted] = [[], 0, 0];
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.closeAllConnections();
  server.close();
});

async function open(): Promise<Socket> {
  const address = server.address();
  if (address === null) throw new TypeError("the server has no address");
  const socket = typeof address === "string" ? connect(address) : connect(address.port, "127.0.0.1");
  clients.push(socket);
  socket.on("error", () => {}).resume();
  const before = accepted;
  await once(socket, "connect");
  await until(() => accepted > before);
  return socket;
}

/** With so many requests that are not answered yet. */
async function openBusy(requests = 1): Promise<Socket> {
  const socket = await open();
  const before = answers.length;
  socket.write(GET.repeat(requests));
  await until(() => answers.length === before + requests);
  return socket;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

const closing = (socket: Socket): Promise<string> =>
  new Promise((resolve) => socket.once("close", () => resolve("closed")));

describe("above the limit", () => {
  beforeEach(() => listen(createServer(), { port: 0 }));

  test("the connection that is idle longest is closed", async () => {
    limit(2, "idle");
    await openBusy();
    const idle = closing(await open());
    const newest = await openBusy();
    expect(await idle).toBe("closed");
    expect(newest.destroyed).toBe(false);
  });

  test("a connection with an answer and another request under way is not idle", async () => {
    limit(1, "idle");
    const busy = await openBusy(2);
    const answered = once(busy, "data");
    answers[0]?.();
    await answered;
    const newest = await open();
    expect(await Promise.race([closing(newest), closing(busy).then(() => "cut")])).toBe("closed");
  });

  test("where all are busy, the new one is closed", async () => {
    limit(2, "idle");
    await openBusy();
    await openBusy();
    expect(await closing(await open())).toBe("closed");
    expect(evicted).toBe(1);
  });

  test("where all are busy, the one that is busy longest is closed where no request has an effect", async () => {
    limit(2, "all");
    const longest = closing(await openBusy());
    const second = await openBusy();
    const newest = await openBusy();
    expect(await longest).toBe("closed");
    expect([second.destroyed, newest.destroyed, evicted]).toEqual([false, false, 1]);
  });
});

test("over TLS on a Unix socket, connections that have ended take no place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "limit-"));
  const { key, cert } = createAuthority("listener").issue({ names: ["DNS:localhost"] });
  await listen(createTlsServer({ key, cert }), { path: join(folder, "s") });
  limit(2, "idle");
  for (let at = 0; at < 4; at += 1) {
    const raw = await open();
    const socket = connectTls({ socket: raw, rejectUnauthorized: false });
    socket.on("error", () => {});
    socket.write(GET);
    await until(() => answers.length === at + 1);
    const answered = once(socket, "data");
    answers[at]?.();
    await answered;
    const ended = closing(raw);
    socket.end();
    await ended;
  }
  const first = closing(await open());
  await open();
  await open();
  expect(await first).toBe("closed");
  rmSync(folder, { recursive: true });
});
