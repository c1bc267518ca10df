// SCIM over real sockets: TLS, certificates, tokens, what is not HTTP, what is slow, and the end.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { TlsSettings } from "../pkg/core/security-settings.ts";
import { createAuthority, type KeyAndCertificate } from "./support/certificates.ts";
import { fakeResource } from "./support/fake-scim-service.ts";
import { type RunningScimServer, useScimServer } from "./support/scim-server.ts";

const stage = useScimServer(afterEach);

const ours = createAuthority("ours");
const theirs = createAuthority("theirs");
const server = ours.issue({ names: ["IP:127.0.0.1", "DNS:localhost"] });
const reader = ours.issue({ names: ["DNS:reader.example.org"] });
const provisioner = ours.issue({ names: ["URI:spiffe://example.org/okta"] });
const stranger = theirs.issue({ names: ["DNS:reader.example.org"] });

function tlsFiles(more: Partial<TlsSettings> = {}, { key, cert }: KeyAndCertificate = server): TlsSettings {
  return { certFile: stage.file("server.pem", cert), keyFile: stage.file("server.key", key), ...more };
}

const hash = (token: string): string => createHash("sha256").update(token).digest("hex");
const bodyOf = (text: string): unknown => JSON.parse(text);
const errorOf = (status: number) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
  status: String(status),
  detail: expect.any(String),
});

/** How a client fails whose connection or handshake is refused. */
const NO_ANSWER = /ECONN|EPROTO|EPIPE|hang up|disconnected|alert|certificate|aborted|no protocols/i;

describe("the address", () => {
  test("that other machines reach is refused without TLS, unless plain text is asked for", async () => {
    const listen = "0.0.0.0:0";
    await expect(stage.start({ listen })).rejects.toThrow(/^scim-listen: .*no TLS/);
    expect((await (await stage.start({ listen, insecure: true })).ask("/Users")).status).toBe(200);
    const { port } = await stage.start({ listen, security: { tls: tlsFiles() } });
    expect(port).toBeGreaterThan(0);
  });

  test("may be a Unix socket of its owner", async () => {
    const path = join(tmpdir(), `scim-${process.pid}.sock`);
    const { ask, events } = await stage.start({ listen: `unix:${path}` });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await ask("/Users", { socketPath: path })).status).toBe(200);
    expect(events[0]?.peer).toBe("unix");
    rmSync(path, { force: true });
  });

  test("that is taken is named with its setting", async () => {
    const { port } = await stage.start();
    await expect(stage.start({ listen: `127.0.0.1:${port}` })).rejects.toThrow(
      /^scim-listen: .* is in use by another program; stop it or choose another port$/,
    );
  });
});

describe("TLS", () => {
  test.for(["TLSv1.2", "TLSv1.3"] as const)(
    "is spoken as %s, which identity providers need",
    async (version) => {
      const { ask } = await stage.start({ security: { tls: tlsFiles() } });
      const tls = { ca: ours.cert, minVersion: version, maxVersion: version };
      expect((await ask("/Users", { tls })).status).toBe(200);
    },
  );

  test("is not spoken in older versions, nor with ciphers without forward secrecy", async () => {
    const { ask } = await stage.start({ security: { tls: tlsFiles() } });
    const old = { ca: ours.cert, minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    await expect(ask("/Users", { tls: { ...old, ciphers: "DEFAULT:@SECLEVEL=0" } })).rejects.toThrow(
      NO_ANSWER,
    );
    const weak = { ca: ours.cert, maxVersion: "TLSv1.2", ciphers: "AES128-SHA:AES256-SHA" } as const;
    await expect(ask("/Users", { tls: weak })).rejects.toThrow(NO_ANSWER);
  });

  test("uses a new certificate for the next connection", async () => {
    const { ask, access } = await stage.start({ security: { tls: tlsFiles() } });
    const renewed = theirs.issue({ names: ["IP:127.0.0.1"] });
    await expect(ask("/Users", { tls: { ca: theirs.cert } })).rejects.toThrow(NO_ANSWER);
    tlsFiles({}, renewed);
    access.reload();
    expect((await ask("/Users", { tls: { ca: theirs.cert } })).status).toBe(200);
    const old = {
      ca: theirs.cert,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "ALL:@SECLEVEL=0",
    } as const;
    await expect(ask("/Users", { tls: old })).rejects.toThrow(NO_ANSWER);
  });

  test("plain text on its port is not answered, and harms nobody", async () => {
    const { ask, raw } = await stage.start({ security: { tls: tlsFiles() } });
    expect(await raw("GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\n\r\n")).not.toContain("200");
    expect((await ask("/Users", { tls: { ca: ours.cert } })).status).toBe(200);
  });
});

describe("a client certificate", () => {
  const names = {
    readers: ["DNS:reader.example.org"],
    provisioners: ["URI:spiffe://example.org/okta"],
  } as const;
  const mutual = (): TlsSettings => tlsFiles({ clientCaFile: stage.file("ca.pem", ours.cert), ...names });

  test("names the caller and decides its role", async () => {
    const { ask, service, refused } = await stage.start({ security: { tls: mutual() } });
    const asReader = { tls: { ca: ours.cert, ...reader } };
    expect((await ask("/Users", asReader)).status).toBe(200);
    const denied = await ask("/Users", { ...asReader, json: { userName: "a" } });
    expect(denied.status).toBe(403);
    expect(bodyOf(denied.text)).toEqual(errorOf(403));
    const created = await ask("/Users", { tls: { ca: ours.cert, ...provisioner }, json: { userName: "a" } });
    expect(created.status).toBe(201);
    expect(service.calls.map(({ call }) => call?.caller)).toEqual([
      "certificate:DNS:reader.example.org",
      "certificate:URI:spiffe://example.org/okta",
    ]);
    expect(refused).toEqual([
      {
        requester: { via: "scim", name: "certificate:DNS:reader.example.org" },
        operation: "scim POST /Users",
      },
    ]);
  });

  test.for<[string, Partial<KeyAndCertificate>, string]>([
    ["is missing", {}, "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"],
    ["is of another authority", stranger, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ])("that %s ends the handshake, in TLS 1.2 too", async ([, own, code]) => {
    const { ask, service, connections } = await stage.start({ security: { tls: mutual() } });
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      await expect(ask("/Users", { tls: { ca: ours.cert, maxVersion, ...own } })).rejects.toThrow(NO_ANSWER);
    }
    expect(service.calls).toEqual([]);
    const refusal = { why: "handshake", peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/), code };
    expect(connections).toEqual([refusal, refusal]);
  });

  test("whose authority is taken out makes no further request on its connection", async () => {
    const { ask, access } = await stage.start({ security: { tls: mutual() } });
    const agent = new TlsAgent({ keepAlive: true, maxSockets: 1 });
    const kept = { agent, tls: { ca: ours.cert, ...reader } };
    expect((await ask("/Users", kept)).status).toBe(200);
    stage.file("ca.pem", theirs.cert);
    access.reload();
    const after = await ask("/Users", kept).catch(() => ({ status: 401 }));
    expect(after.status).toBe(401);
    agent.destroy();
  });

  test("ends every handshake that began under the earlier authorities, on a Unix socket too", async () => {
    const path = join(tmpdir(), `scim-mutual-${process.pid}.sock`);
    const { access } = await stage.start({
      listen: `unix:${path}`,
      security: { tls: mutual() },
      limits: { handshakeMs: 3_600_000 },
    });
    const beginning = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const socket = connect(path);
        socket.on("error", () => {}).resume();
        await once(socket, "connect");
        return socket;
      }),
    );
    // The last one to be accepted: the others are there too.
    const shaken = connectTls({ path, ca: ours.cert, ...reader, checkServerIdentity: () => undefined });
    shaken.on("error", () => {});
    await once(shaken, "secureConnect");
    const closed = Promise.all(
      beginning.map((socket) => new Promise((resolve) => socket.once("close", resolve))),
    );
    stage.file("ca.pem", theirs.cert);
    access.reload();
    await closed;
    expect(beginning.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
    shaken.destroy();
    rmSync(path, { force: true });
  });

  test("is not forgotten by a client that renegotiates in TLS 1.2", async () => {
    const { port } = await stage.start({ security: { tls: mutual() }, limits: { headersMs: 500 } });
    const socket = connectTls({ port, host: "127.0.0.1", ca: ours.cert, maxVersion: "TLSv1.2", ...reader });
    socket.on("error", () => {});
    await once(socket, "secureConnect");
    const outcome = await new Promise((resolve) => {
      socket.renegotiate({}, (error) => resolve(error === null ? "renegotiated" : "refused"));
      socket.once("close", () => resolve("refused"));
    });
    expect(outcome).toBe("refused");
    socket.destroy();
  });
});

describe("a token", () => {
  const tokens = (): string =>
    stage.file("tokens", `provision ${hash("deploy")} okta\nread ${hash("look")} auditor\n`);

  test("names the caller, and a reader changes nothing", async () => {
    const { ask, service } = await stage.start({ security: { tokensFile: tokens() } });
    expect((await ask("/Users", { token: "look" })).status).toBe(200);
    expect((await ask("/Users/u", { token: "look", method: "DELETE" })).status).toBe(403);
    expect((await ask("/Users/u", { token: "deploy", method: "DELETE" })).status).toBe(204);
    expect(service.calls.map(({ call }) => call?.caller)).toEqual(["token:auditor", "token:okta"]);
  });

  test("whose requests take their time does not take every connection", async () => {
    const { ask, events, port } = await stage.start({
      security: { tokensFile: tokens() },
      limits: { connections: 8 },
    });
    const slow = `POST /scim/v2/Users HTTP/1.1\r\nhost: a\r\nauthorization: Bearer deploy\r\ncontent-length: 9\r\n`;
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {}).resume();
        await once(socket, "connect");
        socket.write(`${slow}content-type: application/scim+json\r\n\r\n`);
        return socket;
      }),
    );
    await vi.waitFor(() => expect(events.map(({ status }) => status)).toEqual([503, 503]));
    expect((await ask("/Users", { token: "look" })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  test("that is missing, wrong or given twice is 401, and the body is not read", async () => {
    const { ask, raw, service } = await stage.start({ security: { tokensFile: tokens() } });
    for (const options of [{}, { token: "wrong" }, { json: { userName: "a" } }]) {
      const answer = await ask("/Users", options);
      expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": 'Bearer realm="SCIM"' } });
      expect(bodyOf(answer.text)).toEqual(errorOf(401));
    }
    const twice = "authorization: Bearer deploy\r\nauthorization: Bearer look\r\n";
    const answer = await raw(`GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\n${twice}connection: close\r\n\r\n`);
    expect(answer).toContain("401 Unauthorized");
    expect(service.calls).toEqual([]);
  });

  test("that is taken out of its file stops working", async () => {
    const tokensFile = tokens();
    const { ask, access } = await stage.start({ security: { tokensFile } });
    expect((await ask("/Users", { token: "deploy" })).status).toBe(200);
    writeFileSync(tokensFile, "");
    access.reload();
    expect((await ask("/Users", { token: "deploy" })).status).toBe(401);
  });
});

/** What the server answers to others afterwards. */
async function stillServes({ ask }: RunningScimServer): Promise<void> {
  expect((await ask("/Users")).status).toBe(200);
}

test("a JWT names the caller, and its roles decide what it may do", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }];
  const jwt = {
    jwks: { kind: "file", path: stage.file("jwks.json", JSON.stringify({ keys })) },
    issuer: "https://idp.example.org",
    audience: "connector",
    roleClaim: "roles",
  } as const;
  const { ask, service } = await stage.start({ security: { jwt } });
  const statusWith = async (roles: string, method: "GET" | "POST"): Promise<number> => {
    const claims = new SignJWT({ roles }).setProtectedHeader({ alg: "ES256", kid: "one" });
    const named = claims.setIssuer(jwt.issuer).setAudience(jwt.audience).setSubject("okta");
    const token = await named.setExpirationTime("10 minutes").sign(privateKey);
    const json = method === "POST" ? { userName: "ada" } : undefined;
    return (await ask("/Users", { method, token, ...(json && { json }) })).status;
  };
  expect(await statusWith("connector:provision", "POST")).toBe(201);
  expect(await statusWith("connector:read", "GET")).toBe(200);
  expect(await statusWith("connector:read", "POST")).toBe(403);
  expect(await statusWith("somebody", "GET")).toBe(403);
  const names = service.calls.map(({ call }) => call?.caller);
  expect(names).toEqual(["jwt:https://idp.example.org okta", "jwt:https://idp.example.org okta"]);
});

describe("what is not a request", () => {
  test.for<[string, string, number]>([
    ["text", "hello\r\n\r\n", 400],
    ["a wrong version", "GET / HTTP/9.9\r\n\r\n", 400],
    ["no host", "GET /scim/v2/Users HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
    [
      "two lengths",
      "POST /scim/v2/Users HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      400,
    ],
    [
      "a length and chunks",
      "POST /scim/v2/Users HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["a header with a control character", "GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\nx: \u0001\r\n\r\n", 400],
    [
      "headers of 64 KiB",
      `GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\n${"x: yyyyyyyyyyyy\r\n".repeat(4096)}\r\n`,
      431,
    ],
    ["a path of 64 KiB", `GET /scim/v2/Users/${"a".repeat(65_536)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431],
  ])("such as %s has SCIM's body too", async ([, text, status]) => {
    const running = await stage.start();
    const answer = await running.raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(bodyOf(answer.slice(answer.indexOf("{")))).toMatchObject(errorOf(status));
    expect(running.events).toMatchObject([{ status }]);
    expect(running.service.calls).toEqual([]);
    await stillServes(running);
  });

  test("is refused to another method of HTTP with 404 or 405", async () => {
    const running = await stage.start();
    const propfind = await running.ask("/Users", { method: "PROPFIND" });
    expect(propfind).toMatchObject({ status: 405, headers: { allow: "GET, HEAD, POST" } });
    expect((await running.ask("/Nothing", { method: "LOCK" })).status).toBe(404);
    expect(await running.ask("/Users", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  });
});

describe("a body", () => {
  test("of 10 MiB is refused, with a length and in chunks, and others are served", async () => {
    const running = await stage.start();
    const body = Buffer.alloc(10 * 1024 * 1024, 0x20);
    const withLength = await running.ask("/Users", { body, headers: { "content-length": body.length } });
    const inChunks = await running.ask("/Users", { body, headers: { "transfer-encoding": "chunked" } });
    for (const { status, text } of [withLength, inChunks]) {
      expect(status).toBe(413);
      expect(bodyOf(text)).toEqual(errorOf(413));
    }
    await stillServes(running);
  });

  test("that stops in the middle is answered 408 within its time", async () => {
    const running = await stage.start({ limits: { requestMs: 1200, headersMs: 1200 } });
    const head =
      "POST /scim/v2/Users HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    const answer = await running.raw(head);
    expect(answer).toContain("HTTP/1.1 408 ");
    expect(bodyOf(answer.slice(answer.indexOf("{")))).toMatchObject(errorOf(408));
    expect(running.service.calls).toEqual([]);
    await stillServes(running);
  });

  test("whose head stops in the middle is answered 408 within its time", async () => {
    const running = await stage.start({ limits: { headersMs: 500 } });
    const answer = await running.raw("GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\n");
    expect(answer).toContain("HTTP/1.1 408 ");
    expect(bodyOf(answer.slice(answer.indexOf("{")))).toMatchObject(errorOf(408));
    expect(running.service.calls).toEqual([]);
  });

  test("may be announced with `expect: 100-continue`", async () => {
    const running = await stage.start();
    const answer = await running.raw(
      'POST /scim/v2/Users HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: 16\r\n\r\n{"userName":"a"}',
    );
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue[^]*HTTP\/1.1 201 Created/);
  });

  test("above what one caller may have under way is refused until there is room", async () => {
    const running = await stage.start({ limits: { allBodyBytes: 1000 } });
    const answer = await running.ask("/Users", { json: { userName: "x".repeat(800) } });
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    await stillServes(running);
  });
});

describe("a connection", () => {
  test("whose client leaves ends its request", async () => {
    const began = Promise.withResolvers<AbortSignal>();
    const running = await stage.start({
      over: {
        get: (_kind, _id, { signal }) => {
          began.resolve(signal);
          return new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          });
        },
      },
    });
    const leave = new AbortController();
    const asking = running.ask("/Users/u", { signal: leave.signal });
    const signal = await began.promise;
    leave.abort();
    await expect(asking).rejects.toThrow(NO_ANSWER);
    if (!signal.aborted) await once(signal, "abort");
    expect(signal.reason).toMatchObject({ code: "canceled" });
    await stillServes(running);
  });

  test.for<[string, string, string]>([
    ["bytes that are not HTTP", "host: a", "hello\r\n\r\n"],
    ["bytes behind its last request", "host: a\r\nconnection: close", "hello\r\n\r\n"],
    [
      "another change, which is not valid HTTP",
      "host: a",
      "POST /scim/v2/Users HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
  ])("gets the answer to a change before that to %s", async ([, headers, then]) => {
    const made = Promise.withResolvers<void>();
    const running = await stage.start({ over: { remove: () => made.promise } });
    const answered = running.raw(`DELETE /scim/v2/Users/u HTTP/1.1\r\n${headers}\r\n\r\n${then}`);
    await vi.waitFor(() => expect(running.service.calls).toHaveLength(1));
    made.resolve();
    const [first, ...more] = (await answered).match(/(?<=HTTP\/1.1 )\d+/g) ?? [];
    expect([first, more]).toEqual(["204", headers.includes("close") ? [] : ["400"]]);
    expect(running.service.calls).toHaveLength(1);
    await stillServes(running);
  });

  test("that has no request for too long is closed", async () => {
    const { raw, service } = await stage.start({ limits: { idleMs: 1000 } });
    const answer = await raw("GET /scim/v2/Users/u HTTP/1.1\r\nhost: a\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 200 [^]*keep-alive: timeout=1\r\n/i);
    expect(service.calls).toHaveLength(1);
  });

  test("is kept for the next request", async () => {
    const running = await stage.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ["/Users", "/Nothing", "/Users/missing", "/Groups"])
      await running.ask(path, { agent });
    agent.destroy();
    expect(new Set(running.events.map(({ peer }) => peer)).size).toBe(1);
  });

  test("that reads too little of large answers is closed for others, who are served", async () => {
    const running = await stage.start({
      limits: { unreadBytes: 40_000_000 },
      over: { get: async (kind, id) => ({ ...fakeResource(kind, id), displayName: "x".repeat(15_000_000) }) },
    });
    const slow = [1, 2, 3, 4].map(() => connect(running.port, "127.0.0.1"));
    const closed = Promise.any(slow.map((socket) => once(socket, "close")));
    for (const socket of slow) {
      socket.on("error", () => {});
      socket.pause();
      socket.write("GET /scim/v2/Users/u HTTP/1.1\r\nhost: a\r\n\r\n");
    }
    await vi.waitFor(() => expect(running.connections.length).toBeGreaterThan(0), { timeout: 100_000 });
    expect(running.connections[0]).toMatchObject({ why: "unread" });
    for (const socket of slow) socket.resume();
    await closed;
    await stillServes(running);
    for (const socket of slow) socket.destroy();
  });

  test("that sends requests without waiting for answers is cut", async () => {
    const held = Promise.withResolvers<never>();
    const running = await stage.start({ over: { get: () => held.promise } });
    const one = "GET /scim/v2/Users/u HTTP/1.1\r\nhost: a\r\n\r\n";
    expect(await running.raw(one.repeat(100))).toBe("");
    expect(running.service.calls.length).toBeLessThanOrEqual(8);
    await stillServes(running);
  });

  test("of a caller without credentials is closed with its first answer", async () => {
    const tokensFile = stage.file("tokens", `provision ${hash("deploy")} okta\n`);
    const { raw, events } = await stage.start({ security: { tokensFile } });
    const answer = await raw("GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3));
    expect(answer).toMatch(/^HTTP\/1.1 401 [^]*connection: close/i);
    expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1);
    expect(events[0]?.status).toBe(401);
  });

  test("that is idle for longest is closed for a new one, and one with a request is not", async () => {
    const held = Promise.withResolvers<void>();
    const running = await stage.start({
      limits: { connections: 3 },
      over: {
        async get(kind, id) {
          await held.promise;
          return fakeResource(kind, id);
        },
      },
    });
    const busy = running.ask("/Users/u");
    const idle = connect(running.port, "127.0.0.1");
    idle.on("error", () => {});
    await once(idle, "connect");
    const closed = once(idle, "close");
    const others = [1, 2, 3].map(() => connect(running.port, "127.0.0.1"));
    for (const other of others) other.on("error", () => {});
    await closed;
    held.resolve();
    expect((await busy).status).toBe(200);
    for (const other of others) other.destroy();
  });

  test("that does not read its answer is closed", async () => {
    const running = await stage.start({
      limits: { unreadMs: 300 },
      over: { get: async (kind, id) => ({ ...fakeResource(kind, id), displayName: "x".repeat(64_000_000) }) },
    });
    const socket = connect(running.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write("GET /scim/v2/Users/u HTTP/1.1\r\nhost: a\r\n\r\n");
    socket.pause();
    const seen = await new Promise((resolve) => {
      const timer = setInterval(() => socket.write("\r\n", (error) => error && resolve("closed")), 50);
      socket.once("close", () => resolve("closed"));
      setTimeout(() => clearInterval(timer), 20_000).unref();
    });
    expect(seen).toBe("closed");
    socket.destroy();
    await stillServes(running);
  });
});

describe("the end", () => {
  const waiting = () => {
    const held = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    return {
      began: began.promise,
      release: held.resolve,
      over: {
        get: async (kind: "User" | "Group", id: string, { signal }: { readonly signal: AbortSignal }) => {
          began.resolve();
          const aborted = new Promise<never>((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          });
          await Promise.race([held.promise, aborted]);
          return fakeResource(kind, id);
        },
      },
    };
  };

  test("lets a request finish, takes no new connection, and closes those that are kept", async () => {
    const { over, began, release } = waiting();
    const running = await stage.start({ over });
    const agent = new Agent({ keepAlive: true });
    await running.ask("/Users", { agent });
    const last = running.ask("/Users/u", { agent: new Agent({ keepAlive: true }) });
    await began;
    let closed = false;
    const closing = running.close(20_000).then(() => (closed = true));
    await expect(running.ask("/Users")).rejects.toThrow(NO_ANSWER);
    expect(closed).toBe(false);
    release();
    expect((await last).status).toBe(200);
    await closing;
    agent.destroy();
  });

  test("answers 503 to what has not finished in its time", async () => {
    const { over, began } = waiting();
    const running = await stage.start({ over });
    const last = running.ask("/Users/u");
    await began;
    await running.close(50);
    const { status, headers, text } = await last;
    expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    expect(bodyOf(text)).toEqual(errorOf(503));
  });
});
