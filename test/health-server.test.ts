import { once } from "node:events";
import { type Agent, Agent as HttpAgent, type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import { healthCheck } from "../pkg/ops/http/health-check.ts";
import {
  createHealthServer,
  type HealthServer,
  type HealthServerOptions,
} from "../pkg/ops/http/health-server.ts";
import type { Readiness } from "../pkg/ops/http/readiness.ts";
import { eventually } from "./support/eventually.ts";

const never = new AbortController().signal;
const NOON = Date.UTC(2026, 10, 21, 12);
const servers: HealthServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.close(0);
});

const good: Readiness = { ready: true, reason: undefined, checkedAt: new Date(NOON) };
const bad: Readiness = { ready: false, reason: "no such pool", checkedAt: new Date(NOON) };

async function start(different: Partial<HealthServerOptions> = {}) {
  const server = createHealthServer({
    bindAddress: "127.0.0.1",
    port: 0,
    live: () => true,
    ready: async () => good,
    metrics: async () => "connector_up 1\n",
    now: () => NOON,
    monotonic: () => performance.now(),
    ...different,
  });
  servers.push(server);
  const { port } = await server.listen();
  return { server, port };
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(port: number, path: string, method = "GET", agent?: Agent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, agent: agent ?? false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}

async function raw(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  socket.setEncoding("latin1");
  await once(socket, "connect");
  return socket;
}

/** All that the server says until it closes the connection. */
async function said(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (part: string) => {
    text += part;
  });
  await once(socket, "close");
  return text;
}

describe("the pages", () => {
  test.for([
    ["/livez", 200, "alive"],
    ["/live", 200, "alive"],
    ["/readyz", 200, "ready"],
    ["/ready", 200, "ready"],
    ["/health", 200, "healthy"],
    ["/ready?verbose", 200, "ready"],
  ] as const)("%s says %i %s", async ([path, status, word]) => {
    const { port } = await start();
    const got = await ask(port, path);
    expect(got.status).toBe(status);
    expect(got.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
    });
    expect(JSON.parse(got.body)).toMatchObject({ status: word, timestamp: "2026-11-21T12:00:00.000Z" });
  });

  test.for([
    ["/readyz", { status: "not_ready", reason: "no such pool" }],
    ["/ready", { status: "not_ready", reason: "no such pool" }],
    ["/health", { status: "unhealthy", reason: "no such pool", details: { error: "no such pool" } }],
  ] as const)("%s says 503 and why", async ([path, body]) => {
    const { port } = await start({ ready: async () => bad });
    const got = await ask(port, path);
    expect(got.status).toBe(503);
    expect(JSON.parse(got.body)).toMatchObject(body);
  });

  test("/livez depends on nothing else, whatever fails", async () => {
    const ready = vi.fn<HealthServerOptions["ready"]>(async () => bad);
    const metrics = vi.fn<HealthServerOptions["metrics"]>(async () => "");
    const { port } = await start({ ready, metrics });
    for (const path of ["/livez", "/live"]) expect((await ask(port, path)).status).toBe(200);
    expect(ready).not.toHaveBeenCalled();
    expect(metrics).not.toHaveBeenCalled();
  });

  test("/livez says 503 where the process is not worth keeping", async () => {
    const { port } = await start({ live: () => false });
    expect(await ask(port, "/livez")).toMatchObject({ status: 503 });
  });

  test("/ready shows the last complete sync", async () => {
    const lastSync = { endedAt: new Date(NOON), durationMs: 1500, users: 3, groups: 2, memberships: 1 };
    const { port } = await start({ ready: async () => ({ ...good, lastSync }) });
    expect(JSON.parse((await ask(port, "/ready")).body)).toMatchObject({
      lastSync: { ...lastSync, endedAt: "2026-11-21T12:00:00.000Z" },
    });
  });

  test.for(["/readyz", "/ready", "/health"])(
    "%s shows scheduled syncs that fail, and stays 200",
    async (path) => {
      const syncFailure = { since: new Date(NOON), failures: 3, code: "throttled" } as const;
      const { port } = await start({ ready: async () => ({ ...good, syncFailure }) });
      const failing = await ask(port, path);
      expect(failing.status).toBe(200);
      expect(JSON.parse(failing.body)).toMatchObject({
        lastSync: null,
        syncFailure: { since: "2026-11-21T12:00:00.000Z", failures: 3, code: "throttled" },
      });
    },
  );

  test("/ready says of no failed sync that there is none", async () => {
    const { port } = await start();
    expect(JSON.parse((await ask(port, "/ready")).body)).toMatchObject({ syncFailure: null });
  });

  test("/metrics is in the text format", async () => {
    const { port } = await start();
    expect(await ask(port, "/metrics")).toMatchObject({
      status: 200,
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      body: "connector_up 1\n",
    });
  });

  test("HEAD has the head alone", async () => {
    const { port } = await start();
    const got = await ask(port, "/metrics", "HEAD");
    expect(got).toMatchObject({ status: 200, body: "", headers: { "content-length": "15" } });
  });

  test("a page that fails is a 500 without its error, which is reported inside", async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const { port } = await start({
      metrics: async () => {
        throw new Error("ada@example.com");
      },
      onError,
    });
    const got = await ask(port, "/metrics");
    expect(got.status).toBe(500);
    expect(got.body).not.toContain("ada");
    expect(onError).toHaveBeenCalledTimes(1);
  });
});

describe("what is refused", () => {
  test.for(["/", "/metricsx", "/ready/", "/%6civez", "/../metrics", "//livez", "*"])(
    "%s is 404",
    async (path) => {
      const { port } = await start();
      expect((await ask(port, path)).status).toBe(404);
    },
  );

  test.for(["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])("%s is 405", async (method) => {
    const { port } = await start();
    expect(await ask(port, "/ready", method)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });

  test("a long path is 414", async () => {
    const { port } = await start();
    expect((await ask(port, `/${"a".repeat(2000)}`)).status).toBe(414);
  });

  test("a head beyond 8 KiB is 431", async () => {
    const { port } = await start();
    const socket = await raw(port);
    socket.write(`GET /livez HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(9000)}\r\n\r\n`);
    expect(await said(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("a body is not waited for", async () => {
    const { port } = await start();
    const socket = await raw(port);
    socket.write("GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n");
    expect(await said(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
  });

  test("a request without a host is 400, as HTTP asks for", async () => {
    const { port } = await start();
    const socket = await raw(port);
    socket.write("GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n");
    expect(await said(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*the header host is missing/);
    const old = await raw(port);
    old.write("GET /livez HTTP/1.0\r\n\r\n");
    expect(await said(old)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("bytes that are not HTTP get 400", async () => {
    const { port } = await start();
    const socket = await raw(port);
    socket.write("\x16\x03\x01\x02\x00\r\n\r\n");
    expect(await said(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("who is slow", () => {
  const limits = { headMs: 200, idleMs: 400 };

  test("with a head gets an answer and is cut off", async () => {
    // Far from the idle limit: both would strike at the second check of a slow machine.
    const { port } = await start({ limits: { headMs: 200, idleMs: 20_000 } });
    const socket = await raw(port);
    socket.write("GET /livez HTTP/1.1\r\nhost: a\r\n");
    expect(await said(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("with a head gains no time by sending more of it", async () => {
    const { port } = await start({ limits });
    const socket = await raw(port);
    const dripping = setInterval(() => socket.write("x: y\r\n"), 50);
    socket.write("GET /livez HTTP/1.1\r\nhost: a\r\n");
    // Bytes that arrive after the server has closed reset the connection, and a reset discards what was not yet read.
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.resume();
    await closed;
    clearInterval(dripping);
    expect(socket.destroyed).toBe(true);
  });

  test("to say anything is cut off", async () => {
    const { port } = await start({ limits });
    const socket = await raw(port);
    expect(await said(socket)).not.toMatch(/ 200 /);
  });

  test.for([
    ["requests", "host: a"],
    ["requests without a host", "x: y"],
    ["expectations", "host: a\r\nexpect: nonsense"],
  ] as const)(
    "to wait for answers, and sends %s without an end, has eight of them read",
    async ([, header]) => {
      let pages = 0;
      const live = (): boolean => {
        pages += 1;
        return true;
      };
      const { port } = await start({ live });
      const socket = await raw(port);
      const closed = once(socket, "close");
      socket.resume();
      socket.write(`GET /livez HTTP/1.1\r\n${header}\r\n\r\n`.repeat(1000));
      await closed;
      expect(pages).toBeLessThanOrEqual(8);
      expect((await ask(port, "/livez")).status).toBe(200);
    },
  );

  test("and asks for metrics on many connections has few texts made", async () => {
    let texts = 0;
    const metrics = async (): Promise<string> => {
      texts += 1;
      return `connector_up ${texts}\n`;
    };
    const { port } = await start({ metrics, monotonic: () => 0 });
    const many = await Promise.all(Array.from({ length: 50 }, () => raw(port)));
    for (const socket of many) socket.write("GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n".repeat(8));
    const last = await ask(port, "/metrics");
    expect(last).toMatchObject({ status: 200, body: expect.stringMatching(/^connector_up \d+\n$/) });
    expect(texts).toBeLessThanOrEqual(10);
  });

  test("between two requests is cut off", async () => {
    const { port } = await start({ limits });
    const socket = await raw(port);
    socket.write("GET /livez HTTP/1.1\r\nhost: a\r\n\r\n");
    expect(await said(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("loses its place to a probe when all are taken", async () => {
    const { port } = await start({ limits: { connections: 20 } });
    const silent = await Promise.all(Array.from({ length: 60 }, () => raw(port)));
    expect((await ask(port, "/livez")).status).toBe(200);
    const newest = silent.at(-1);
    expect(newest?.destroyed).toBe(false);
  });
});

test("those who do not read their answers lose their place to a probe", async () => {
  const { port } = await start({ limits: { connections: 20 }, metrics: async () => "x".repeat(4_000_000) });
  for (let at = 0; at < 20; at += 1) {
    const socket = await raw(port);
    socket.write("GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n".repeat(8));
    await once(socket, "readable");
  }
  for (let at = 0; at < 5; at += 1) expect((await ask(port, "/livez")).status).toBe(200);
});

describe("opening and closing", () => {
  test("a port that is in use is named", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({
      code: "failed-precondition",
      message: `health-check-port: 127.0.0.1:${port} is in use by another program; stop it or choose another port`,
    });
  });

  test("an address that is not of this machine is named", async () => {
    const opening = start({ bindAddress: "192.0.2.1" });
    await expect(opening).rejects.toBeInstanceOf(GovernanceError);
    await expect(opening).rejects.toThrow(
      /^health-check-bind-address: 192\.0\.2\.1:0 cannot be opened \(EADDRNOTAVAIL\); choose/,
    );
  });

  test("an idle connection does not hold up the end", async () => {
    const { server, port } = await start();
    const agent = new HttpAgent({ keepAlive: true });
    await ask(port, "/livez", "GET", agent);
    await server.close(60_000);
    agent.destroy();
    await expect(ask(port, "/livez")).rejects.toThrow("ECONNREFUSED");
  });

  test("a request under way is answered first, and its connection closed", async () => {
    let open: (readiness: Readiness) => void = () => {};
    const ready = vi.fn<HealthServerOptions["ready"]>(
      () =>
        new Promise<Readiness>((resolve) => {
          open = resolve;
        }),
    );
    const { server, port } = await start({ ready });
    const agent = new HttpAgent({ keepAlive: true });
    const asked = ask(port, "/ready", "GET", agent);
    await eventually(() => expect(ready).toHaveBeenCalled());
    const closing = server.close(60_000);
    open(good);
    expect(await asked).toMatchObject({ status: 200, headers: { connection: "close" } });
    await closing;
    agent.destroy();
  });

  test("a request that does not end is cut off after the grace", async () => {
    const ready = vi.fn<HealthServerOptions["ready"]>(() => new Promise<Readiness>(() => {}));
    const { server, port } = await start({ ready });
    const asked = ask(port, "/ready").catch((error: unknown) => error);
    await eventually(() => expect(ready).toHaveBeenCalled());
    await server.close(10);
    expect(await asked).toBeInstanceOf(Error);
  });

  test("closing what was never opened, or twice, is nothing", async () => {
    const { server } = await start();
    await expect(Promise.all([server.close(0), server.close(0)])).resolves.toBeDefined();
    const unopened = createHealthServer({
      bindAddress: "127.0.0.1",
      port: 0,
      live: () => true,
      ready: async () => good,
      metrics: async () => "",
      now: () => NOON,
      monotonic: () => 0,
    });
    await expect(unopened.close(0)).resolves.toBeUndefined();
  });
});

describe("a health check", () => {
  test.for(["127.0.0.1", "0.0.0.0"])("of %s returns what the service says", async (bindAddress) => {
    const { port } = await start({ bindAddress });
    expect(await healthCheck({ bindAddress, port }, never)).toEqual({
      ok: true,
      url: `http://127.0.0.1:${port}/ready`,
      detail: "ready",
    });
  });

  test("says why the service is not ready", async () => {
    const { port } = await start({ ready: async () => bad });
    const bindAddress = "127.0.0.1";
    expect(await healthCheck({ bindAddress, port }, never)).toMatchObject({
      ok: false,
      detail: "not_ready: no such pool",
    });
    expect(await healthCheck({ bindAddress, port, endpoint: "live" }, never)).toMatchObject({ ok: true });
  });

  test("says that nothing listens", async () => {
    const { server, port } = await start();
    await server.close(0);
    expect(await healthCheck({ bindAddress: "127.0.0.1", port }, never)).toMatchObject({
      ok: false,
      detail: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("does not wait for ever", async () => {
    const { port } = await start({ ready: () => new Promise<Readiness>(() => {}) });
    const asked = { bindAddress: "127.0.0.1", port, timeoutMs: 50 };
    expect(await healthCheck(asked, never)).toMatchObject({ ok: false, detail: "no answer within 50 ms" });
  });
});
