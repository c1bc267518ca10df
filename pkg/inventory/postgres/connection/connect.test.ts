import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { postgresAccess } from "./access.ts";
import { connect } from "./connect.ts";

/** AuthenticationOk and ReadyForQuery. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** Lets a session in, and answers none of its queries. */
interface FrozenServer {
  readonly port: number;
  readonly sockets: Socket[];
  queries: number;
}

const servers: Server[] = [];
const accepted: Socket[] = [];
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  for (const socket of accepted.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function frozenServer(): Promise<FrozenServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    accepted.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(WELCOME);
      socket.on("data", () => {
        frozen.queries += 1;
      });
    });
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const frozen: FrozenServer = { port: port ?? 0, sockets, queries: 0 };
  return frozen;
}

function accessTo(hosts: readonly FrozenServer[]) {
  const list = hosts.map(({ port }) => `127.0.0.1:${port}`).join(",");
  const url = `postgres://inv@${list}/inv?sslmode=disable&target_session_attrs=read-write&connect_timeout=3`;
  return postgresAccess(url, { env: {}, home: undefined, user: "inv" });
}

/** What the promise comes to, also where nobody has waited for it yet. */
function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => error);
}

const isClosed = ({ sockets }: FrozenServer): boolean => sockets.every((socket) => socket.closed);

test("a server that does not say of which kind it is costs the time for a connection, and the next host is tried", async () => {
  const hosts = [await frozenServer(), await frozenServer()] as const;
  const outcome = outcomeOf(connect(accessTo(hosts), new AbortController().signal));
  for (const host of hosts) {
    await eventually(() => expect(host.queries).toBe(1));
    await vi.advanceTimersByTimeAsync(3_000);
    await eventually(() => expect(isClosed(host)).toBe(true));
  }
  expect(await outcome).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`127.0.0.1:${hosts[0].port}/inv: the server did not answer in time`),
  });
});

test("the signal ends that question, and the connection", async () => {
  const host = await frozenServer();
  const controller = new AbortController();
  const outcome = outcomeOf(connect(accessTo([host]), controller.signal));
  await eventually(() => expect(host.queries).toBe(1));
  const enough = new Error("enough");
  controller.abort(enough);
  expect(await outcome).toBe(enough);
  await eventually(() => expect(isClosed(host)).toBe(true));
});
