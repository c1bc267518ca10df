// A hostile client attacks the service, and an authenticated caller is still answered.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { create } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "vitest";
import { Health } from "../pkg/gen/grpc/health/v1/health_pb.ts";
import { ResourceTypeSchema } from "../pkg/protocol/messages.ts";
import { createAuthority } from "./support/certificates.ts";
import { allClosed, codesDuring, connectWith, crowd } from "./support/hostile.ts";
import { frame, PREFACE } from "./support/http2-frames.ts";
import { useSecureServer } from "./support/secure-server.ts";

const stage = useSecureServer(afterEach);

const OK = new Set(["OK"]);
const VALIDATE = "/c1.connector.v2.ConnectorService/Validate";
const CALL_HEADERS = {
  ":method": "POST",
  ":path": VALIDATE,
  "content-type": "application/grpc",
  te: "trailers",
};

const sessions: ClientHttp2Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});

function openSession(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  // The server may close the connection of such a client at any time.
  session.on("error", () => {});
  sessions.push(session);
  return session;
}

/** The code of a refused call. */
async function statusOf(stream: ClientHttp2Stream): Promise<string> {
  stream.on("error", () => {});
  stream.resume();
  const code = await new Promise<string>((resolve) => {
    stream.once("response", (headers) => resolve(String(headers["grpc-status"])));
  });
  stream.close();
  return code;
}

/** A gRPC message: whether it is compressed, its length, itself. */
function message(bytes: Buffer, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(bytes.byteLength, 1);
  return Buffer.concat([head, bytes]);
}

describe("messages", () => {
  test("that are too large are refused, twenty at once", async () => {
    const { connect } = await stage.start();
    const hostile = connect();
    const attack = Promise.all(
      Array.from({ length: 20 }, () => hostile.bytes(VALIDATE, new Uint8Array(5 * 1024 * 1024))),
    );
    expect(await codesDuring(connect, attack)).toEqual(OK);
    expect(new Set((await attack).map(({ code }) => code))).toEqual(new Set(["RESOURCE_EXHAUSTED"]));
  });

  test("that announce a size over the limit are refused before they arrive", async () => {
    const { port, connect } = await stage.start();
    const stream = openSession(port).request(CALL_HEADERS);
    stream.write(Buffer.from("00ffffffff", "hex"));
    const ended = statusOf(stream);
    expect(await codesDuring(connect, ended)).toEqual(OK);
    expect(await ended).toBe("8");
  });

  test("that are too large after decompression are refused", async () => {
    const { port, connect } = await stage.start();
    const bomb = message(gzipSync(Buffer.alloc(200 * 1024 * 1024)), true);
    expect(bomb.byteLength).toBeLessThan(1024 * 1024);
    const stream = openSession(port).request({ ...CALL_HEADERS, "grpc-encoding": "gzip" });
    stream.end(bomb);
    const ended = statusOf(stream);
    expect(await codesDuring(connect, ended)).toEqual(OK);
    expect(await ended).toBe("8");
  });

  test("that do not arrive are not waited for, and are counted", async () => {
    const { port, connect, events, told } = await stage.start({ limits: { requestTimeoutMs: 1000 } });
    const session = openSession(port);
    const streams = Array.from({ length: 200 }, (_, at) => {
      const stream = session.request(CALL_HEADERS);
      // Nothing at all, or all but the last byte.
      if (at % 2 === 0) stream.write(message(Buffer.alloc(100)).subarray(0, 104));
      return statusOf(stream);
    });
    const ended = Promise.all(streams);
    expect(await codesDuring(connect, ended)).toEqual(OK);
    expect(new Set(await ended)).toEqual(new Set(["4"]));
    await told("events", 200);
    const late = events.filter(({ code }) => code === "DEADLINE_EXCEEDED");
    expect(late).toHaveLength(200);
    expect(late[0]).toMatchObject({ method: "Validate", requestBytes: 0 });
  });

  test("whose answers are not read delay neither other callers nor the shutdown", async () => {
    // 3 MiB a call.
    const type = create(ResourceTypeSchema, { id: "user", displayName: "x".repeat(3 * 1024 * 1024) });
    const { port, connect, server, events, told } = await stage.start({
      connector: { listResourceTypes: () => [type] },
    });
    const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    session.on("error", () => {});
    sessions.push(session);
    const path = "/c1.connector.v2.ResourceTypesService/ListResourceTypes";
    for (let at = 0; at < 20; at += 1) {
      const stream = session.request({ ...CALL_HEADERS, ":path": path });
      stream.on("error", () => {});
      stream.end(message(Buffer.alloc(0)));
    }
    expect(await codesDuring(connect, told("events", 20))).toEqual(OK);
    expect(events.length).toBeGreaterThanOrEqual(20);
    await server.close(0);
    if (!session.closed) await once(session, "close");
  });
});

describe("connections", () => {
  test("that are idle stay open while there is room", async () => {
    const count = 2000;
    const { port, connect, refused } = await stage.start({ limits: { maxConnections: 20_000 } });
    const attack = crowd(port, count, () => PREFACE);
    expect(await codesDuring(connect, attack)).toEqual(OK);
    expect(refused).toEqual([]);
    const sockets = await attack;
    expect(sockets.filter(({ closed }) => closed)).toEqual([]);
    for (const socket of sockets) socket.destroy();
  });

  test("with calls under way are never closed for new connections, which are refused", async () => {
    const held = Promise.withResolvers<void>();
    let waiting = 0;
    const begun = Promise.withResolvers<void>();
    const { port, connect, refused, told } = await stage.start({
      limits: { maxConnections: 3 },
      connector: {
        async validate() {
          waiting += 1;
          if (waiting === 3) begun.resolve();
          await held.promise;
        },
      },
    });
    const clients = [connect(), connect(), connect()];
    const calls = clients.map((client) => client.bytes(VALIDATE, new Uint8Array()));
    await begun.promise;
    const late = await connectWith(port, PREFACE);
    await allClosed([late]);
    await told("refused", 1);
    expect(refused).toEqual([{ why: "full", peer: expect.stringMatching(/^127/), code: undefined }]);
    held.resolve();
    for (const call of calls) expect(await call).toMatchObject({ code: "OK" });
  });

  test("of callers that authentication rejects may be closed for new connections", async () => {
    const tokensFile = stage.file("tokens", `read ${"0".repeat(64)}`);
    const { connect, refused } = await stage.start({
      security: { tokensFile },
      limits: { maxConnections: 3 },
    });
    for (let at = 0; at < 10; at += 1) {
      const client = connect();
      expect(await client.bytes(VALIDATE, new Uint8Array())).toMatchObject({ code: "UNAUTHENTICATED" });
      // A call that needs no authentication does not protect a connection either.
      expect(await client.unary(Health.method.check)).toMatchObject({ code: "OK" });
    }
    expect(refused.map(({ why }) => why)).toEqual(Array.from({ length: 7 }, () => "evicted"));
  });

  test("that never finish their handshake are closed in time", async () => {
    const authority = createAuthority("ours");
    const { key, cert } = authority.issue({ names: ["IP:127.0.0.1"] });
    const own = authority.issue({ names: ["DNS:caller"] });
    const tls = {
      certFile: stage.file("server.pem", cert),
      keyFile: stage.file("server.key", key),
      clientCaFile: stage.file("ca.pem", authority.cert),
    };
    const { port, connect, refused, told } = await stage.start({
      security: { tls },
      limits: { handshakeTimeoutMs: 3000 },
    });
    // Nothing, or the beginning of a ClientHello.
    const hello = Buffer.from("1603010200010001fc0303", "hex");
    const attack = crowd(port, 500, (at) => (at % 2 === 0 ? hello : Buffer.alloc(0)));
    const cut = attack.then(allClosed);
    expect(await codesDuring(() => connect(authority.cert, own), cut)).toEqual(OK);
    await told("refused", 500);
    expect(refused).toHaveLength(500);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["ERR_TLS_HANDSHAKE_TIMEOUT"]));
  });
});

describe("headers", () => {
  test("that arrive a byte at a time do not slow down other callers", async () => {
    const { port, connect } = await stage.start({ limits: { maxConnections: 600 } });
    const slow = Buffer.concat([PREFACE, frame(1, 0, 1, Buffer.alloc(64)).subarray(0, 20)]);
    const attack = (async () => {
      const sockets = await crowd(port, 500, () => slow);
      for (let round = 0; round < 20; round += 1) {
        for (const socket of sockets) socket.write(Buffer.of(0x40));
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const socket of sockets) socket.destroy();
    })();
    expect(await codesDuring(connect, attack)).toEqual(OK);
  });

  test("without an end make the server close the connection", async () => {
    const { port, connect } = await stage.start();
    // An indexed name with a literal value, over and over, in CONTINUATION frames that never say they are the last.
    const literal = Buffer.concat([Buffer.from("4003782d787f81", "hex"), Buffer.alloc(256, 0x61)]);
    const more = frame(9, 0, 1, Buffer.concat(Array.from({ length: 50 }, () => literal)));
    const socket = await connectWith(port, Buffer.concat([PREFACE, frame(1, 0, 1, literal)]));
    const attack = (async () => {
      while (!socket.closed && !socket.destroyed) {
        socket.write(more);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await allClosed([socket]);
    })();
    expect(await codesDuring(connect, attack)).toEqual(OK);
  });
});

describe("calls", () => {
  test("of methods that do not exist leave nothing behind", async () => {
    const { connect } = await stage.start();
    const hostile = connect();
    const codes = new Set<string>();
    let count = 0;
    async function flood(hundreds: number): Promise<void> {
      for (let hundred = 0; hundred < hundreds; hundred += 1) {
        const batch = Array.from({ length: 100 }, () => {
          count += 1;
          return hostile.bytes(`/none.${"x".repeat(1000)}${count}/Method`, new Uint8Array(10));
        });
        for (const { code } of await Promise.all(batch)) codes.add(code);
      }
    }
    await flood(20);
    const before = heapBytes();
    expect(await codesDuring(connect, flood(100))).toEqual(OK);
    // Their names alone are 10 MB.
    expect(heapBytes() - before).toBeLessThan(5 * 1024 * 1024);
    expect(codes).toEqual(new Set(["UNIMPLEMENTED"]));
  });

  test("that are cancelled as soon as they begin end the connection, not the service", async () => {
    const { port, connect } = await stage.start();
    // HEADERS that HPACK can read: POST, and an unknown authority; then RST_STREAM (CANCEL), as fast as possible.
    const headers = Buffer.from("838684410161", "hex");
    const cancel = Buffer.from("00000008", "hex");
    const resets = Array.from({ length: 20_000 }, (_, at) => {
      const stream = 2 * at + 1;
      return Buffer.concat([frame(1, 0x05, stream, headers), frame(3, 0, stream, cancel)]);
    });
    const socket = await connectWith(port, Buffer.concat([PREFACE, ...resets]));
    expect(await codesDuring(connect, allClosed([socket]))).toEqual(OK);
  });
});

describe("what is not HTTP/2", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test.for([
    ["HTTP/1.1", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a TLS greeting", Buffer.from("16030100c8010000c40303", "hex")],
    ["zeros", Buffer.alloc(100)],
    ["a frame larger than allowed", Buffer.concat([PREFACE, frame(0, 0, 1, Buffer.alloc(20_000))])],
    ["data for no stream", Buffer.concat([PREFACE, frame(0, 0, 1, Buffer.alloc(10))])],
    ["a frame of settings that is cut", Buffer.concat([PREFACE, frame(4, 0, 0, Buffer.alloc(5))])],
    ["headers that are not HPACK", Buffer.concat([PREFACE, frame(1, 5, 1, Buffer.alloc(40, 0xff))])],
    ["headers of an even stream", Buffer.concat([PREFACE, frame(1, 5, 2, Buffer.from("8386", "hex"))])],
    ["a window of too much", Buffer.concat([PREFACE, frame(8, 0, 0, Buffer.from("7fffffff", "hex"))])],
  ] as const)("%s is cut off, fifty times", async ([, bytes]) => {
    const { port, connect } = await stage.start();
    const attack = crowd(port, 50, () => bytes).then(allClosed);
    expect(await codesDuring(connect, attack)).toEqual(OK);
  });

  test(`noise after the preface does not harm the service (seed ${seed})`, async () => {
    const { port, connect } = await stage.start();
    const random = generator(seed);
    const noise = (): Buffer => Buffer.from(Array.from({ length: 300 }, () => Math.floor(random() * 256)));
    const attack = crowd(port, 200, () => Buffer.concat([PREFACE, noise()]));
    expect(await codesDuring(connect, attack)).toEqual(OK);
    for (const socket of await attack) socket.destroy();
    expect(await codesDuring(connect, Promise.resolve())).toEqual(OK);
  });
});

/** A linear congruential generator: the same noise for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What is left when all garbage is gone. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (!isAction(collect)) throw new TypeError("no gc");
  collect();
  return process.memoryUsage().heapUsed;
}

function isAction(value: unknown): value is () => void {
  return typeof value === "function";
}
