// Callers and peers make grow what they can: calls, watches, requests, answers, connections. Each meets a bound at once,
// and an authenticated caller beside them is still answered.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:http2";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Connector } from "../pkg/connector/connector.ts";
import { systemClocks } from "../pkg/core/clock.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { Health } from "../pkg/gen/grpc/health/v1/health_pb.ts";
import { codesDuring, connectWith, crowd } from "./support/hostile.ts";
import { frame, PREFACE } from "./support/http2-frames.ts";
import { beginningOf, call, EMPTY, useRawSessions } from "./support/raw-calls.ts";
import { useSecureServer } from "./support/secure-server.ts";

const stage = useSecureServer(afterEach);
const sessions = useRawSessions(afterEach);
afterEach(() => void vi.useRealTimers());

const OK = new Set(["OK"]);
const VALIDATE = "/c1.connector.v2.ConnectorService/Validate";
const LIST_TYPES = "/c1.connector.v2.ResourceTypesService/ListResourceTypes";
const WATCH = "/grpc.health.v1.Health/Watch";
const CHECK = "/grpc.health.v1.Health/Check";
const CANCEL = Buffer.from("00000008", "hex");

/**
 * A server whose pauses end when the test says so: of what they need, no time passes by itself. The client is connected
 * before, since connecting needs timers.
 */
async function startFrozen(validate: Connector["validate"] = async () => {}) {
  const clocks = { ...systemClocks, monotonic: () => 0 };
  const security = { tokensFile: tokensFile("reader", "flooder") };
  const server = await stage.start({ clocks, security, connector: { validate } });
  const client = server.connect();
  const ask = async () =>
    (await client.unary(ResourceTypesService.method.listResourceTypes, {}, bearer("reader"))).code;
  expect(await ask()).toBe("OK");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return { ...server, ask };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

/** The headers of a call in HPACK, none of them indexed. */
function headersOf(path: string): Buffer {
  return Buffer.concat([
    Buffer.from("8386", "hex"),
    literal("04", path),
    literal("01", "a"),
    literal("0f10", "application/grpc"),
  ]);
}

const authorizationOf = (name: string): Buffer => literal("0f08", bearer(name).headers.authorization);

function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from(name, "hex"), Buffer.of(value.length), Buffer.from(value)]);
}

function counted(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** A file of tokens, one for each name: `reader` may read, every other one may change the pool. */
function tokensFile(...names: readonly string[]): string {
  const lines = names.map((name) => {
    const hash = createHash("sha256").update(tokenOf(name)).digest("hex");
    return `${name === "reader" ? "read" : "provision"} ${hash} ${name}`;
  });
  return stage.file("tokens", lines.join("\n"));
}

const tokenOf = (name: string): string => `${name}-${"t".repeat(40)}`;
const bearer = (name: string) => ({ headers: { authorization: `Bearer ${tokenOf(name)}` } });

describe("a peer without credentials", () => {
  test("has few watches, a connection and a peer; checks and callers are answered beside them", async () => {
    const { port, connect, bounds } = await stage.start();
    const codes: string[] = [];
    for (let connection = 0; connection < 10; connection += 1) {
      const session = await sessions.openReady(port);
      const streams = Array.from({ length: 100 }, () => call(session, WATCH));
      for (const stream of streams) stream.end(EMPTY);
      codes.push(...(await Promise.all(streams.map(beginningOf))));
    }
    // Sixteen a connection and 64 a peer; the others are RESOURCE_EXHAUSTED.
    expect(counted(codes)).toEqual({ open: 64, "8": 936 });
    expect(bounds.filter((bound) => bound === "peer-calls")).toHaveLength(936);
    // Its connections are paused meanwhile.
    expect(new Set(bounds)).toEqual(new Set(["peer-calls", "refused-calls"]));
    expect(await codesDuring(connect, Promise.resolve())).toEqual(OK);
    for (const session of sessions.all.splice(0, 5)) {
      session.destroy();
      await once(session, "close");
    }
    const late = call(sessions.open(port), CHECK);
    late.end(EMPTY);
    expect(await beginningOf(late)).toBe("open");
  });

  test("that never sends its requests does not keep health checks of its address out", async () => {
    const { port, connect } = await stage.start();
    for (let connection = 0; connection < 40; connection += 1) {
      const session = await sessions.openReady(port);
      for (let at = 0; at < 16; at += 1) call(session, CHECK);
    }
    for (let at = 0; at < 10; at += 1) {
      expect((await connect().unary(Health.method.check)).code).toBe("OK");
    }
  });

  test("leaves no stream open: one that was refused is closed, although its client did not end it", async () => {
    const { port } = await stage.start({ security: { tokensFile: tokensFile("reader") } });
    const session = await sessions.openReady(port);
    const streams = Array.from({ length: 200 }, () => call(session, VALIDATE));
    const closed = Promise.all(streams.map((stream) => once(stream, "close")));
    expect(new Set(await Promise.all(streams.map(beginningOf)))).toEqual(new Set(["16"]));
    await closed;
  });

  test("has 32 streams a connection, and more once a call has proved who it is", async () => {
    const { port } = await stage.start({ security: { tokensFile: tokensFile("reader") } });
    const early = sessions.open(port);
    const calls = Array.from({ length: 90 }, () => call(early, VALIDATE));
    await Promise.all(calls.map((stream) => new Promise((resolve) => stream.once("close", resolve))));
    // HTTP/2 itself refuses them, as streams that nobody has looked at.
    const untouched = calls.filter(({ rstCode }) => rstCode === constants.NGHTTP2_REFUSED_STREAM);
    expect(untouched).toHaveLength(90 - 32);
    const session = await sessions.openReady(port);
    expect(session.remoteSettings.maxConcurrentStreams).toBe(32);
    const proof = call(session, VALIDATE, bearer("reader").headers);
    proof.end(EMPTY);
    expect(await beginningOf(proof)).toBe("open");
    await expect.poll(() => session.remoteSettings.maxConcurrentStreams).toBe(250);
    call(session, VALIDATE, bearer("reader").headers).end(EMPTY);
  });

  test("is read ever less while its calls are refused; an open connection of a caller is not", async () => {
    const { port, connect, bounds } = await stage.start({ security: { tokensFile: tokensFile("reader") } });
    const client = connect();
    expect((await client.unary(ConnectorService.method.validate, {}, bearer("reader"))).code).toBe("OK");
    const session = await sessions.openReady(port);
    const begun = performance.now();
    for (let round = 0; round < 3; round += 1) {
      const streams = Array.from({ length: 90 }, () => call(session, VALIDATE));
      const ends = Promise.all(streams.map(beginningOf));
      expect((await client.unary(ConnectorService.method.validate, {}, bearer("reader"))).code).toBe("OK");
      expect(new Set(await ends)).toEqual(new Set(["16"]));
    }
    expect(bounds).toContain("refused-calls");
    expect(performance.now() - begun).toBeGreaterThan(100);
  });

  test("waits with a new connection while earlier ones of its address are paused", async () => {
    const { port, ask, bounds } = await startFrozen();
    const earlier = Array.from({ length: 10 }, () => sessions.open(port));
    await Promise.all(earlier.map((session) => once(session, "remoteSettings")));
    for (const session of earlier) for (let at = 0; at < 30; at += 1) call(session, VALIDATE);
    // One after the other, so that the fifth is read again in 3 s.
    const pauses = () => bounds.filter((bound) => bound === "refused-calls").length;
    await until(() => pauses() >= 5);
    const session = sessions.open(port);
    let isRead = false;
    const beginning = beginningOf(call(session, VALIDATE)).finally(() => {
      isRead = true;
    });
    await once(session, "connect");
    for (const ms of [0, 499]) {
      vi.advanceTimersByTime(ms);
      for (let at = 0; at < 2; at += 1) expect(await ask()).toBe("OK");
      expect(isRead).toBe(false);
    }
    vi.advanceTimersByTime(1);
    expect(await beginning).toBe("16");
  });

  test("sends neither long nor compressed requests to methods without authentication", async () => {
    const { port } = await stage.start();
    const session = sessions.open(port);
    const long = call(session, CHECK);
    // The beginning of 4 MB.
    long.write(Buffer.from("00003d0900", "hex"));
    long.write(Buffer.alloc(10_000));
    expect(await beginningOf(long)).toBe("8");
    const packed = gzipSync(Buffer.alloc(4_000_000));
    const head = Buffer.alloc(5);
    head.writeUInt8(1, 0);
    head.writeUInt32BE(packed.byteLength, 1);
    const bomb = call(session, CHECK, { "grpc-encoding": "gzip" });
    bomb.end(Buffer.concat([head, packed]));
    expect(await beginningOf(bomb)).toBe("12");
  });

  test("that opens and cancels calls without end is cut off, and the next listing is answered", async () => {
    const { port, connect, bounds } = await stage.start();
    // Node itself ends a connection after about a thousand.
    const attack = (async () => {
      for (let connection = 0; connection < 6; connection += 1) {
        const socket = await connectWith(port, PREFACE);
        for (let at = 0; at < 900 && !socket.destroyed; at += 1) {
          const stream = 2 * at + 1;
          socket.write(
            Buffer.concat([frame(1, 0x04, stream, headersOf(VALIDATE)), frame(3, 0, stream, CANCEL)]),
          );
        }
        const closed = new Promise((resolve) => socket.once("close", resolve));
        socket.end();
        if (!socket.closed) await closed;
      }
    })();
    expect(await codesDuring(connect, attack)).toEqual(OK);
    expect(bounds).toContain("cancelled-calls");
    expect(await codesDuring(connect, Promise.resolve())).toEqual(OK);
  });
});

describe("a caller", () => {
  test("keeps its connection when it cancels a call beside another one that cancels thousands", async () => {
    const reached = Promise.withResolvers<void>();
    const { port, bounds, events } = await startFrozen(async (signal) => {
      reached.resolve();
      await once(signal, "abort");
    });
    const endedOf = (name: string, ended: string) =>
      events.filter(({ caller, code }) => caller === `token:${name}` && code === ended).length;
    const session = await sessions.openReady(port);
    call(session, LIST_TYPES, bearer("reader").headers).end(EMPTY);
    const proof = Buffer.concat([
      PREFACE,
      frame(1, 0x04, 1, Buffer.concat([headersOf(LIST_TYPES), authorizationOf("flooder")])),
      frame(0, 0x01, 1, EMPTY),
    ]);
    const flood = await crowd(port, 40, () => proof);
    await until(() => endedOf("reader", "OK") === 2 && endedOf("flooder", "OK") === flood.length);
    const cancels = Array.from({ length: 60 }, (_, at) => [
      frame(1, 0x04, 2 * at + 3, headersOf(VALIDATE)),
      frame(3, 0, 2 * at + 3, CANCEL),
    ]);
    for (const socket of flood) socket.write(Buffer.concat(cancels.flat()));
    await until(() => {
      // Its connections are paused meanwhile, up to 10 s.
      vi.advanceTimersByTime(10);
      return bounds.includes("cancelled-calls");
    });
    const cancelled = call(session, VALIDATE, bearer("reader").headers);
    cancelled.end(EMPTY);
    await reached.promise;
    cancelled.close(constants.NGHTTP2_CANCEL);
    await until(() => endedOf("reader", "CANCELLED") === 1);
    const next = call(session, LIST_TYPES, bearer("reader").headers);
    next.end(EMPTY);
    const closed = once(session, "close").then(() => "closed");
    expect(await Promise.race([beginningOf(next), closed])).toBe("open");
    for (const socket of flood) socket.destroy();
  });

  test("that is paused and leaves does not hold up a shutdown", async () => {
    const { port, server, bounds } = await startFrozen();
    const many = Array.from({ length: 10 }, () => sessions.open(port));
    for (const session of many) {
      const proof = call(session, VALIDATE, bearer("reader").headers);
      proof.end(EMPTY);
      expect(await beginningOf(proof)).toBe("open");
    }
    for (const session of many) for (let at = 0; at < 30; at += 1) call(session, VALIDATE);
    const pauses = () => bounds.filter((bound) => bound === "refused-calls").length;
    await until(() => pauses() >= 5);
    for (const session of many) session.destroy();
    // Neither the pauses nor the grace end, since no time passes.
    await server.close(60_000);
  });

  test("has half of all calls at most; others are answered, and what is refused says when to come back", async () => {
    const held = Promise.withResolvers<void>();
    const { connect, bounds, events } = await stage.start({
      security: { tokensFile: tokensFile("reader", "provisioner") },
      limits: { maxCalls: 40 },
      connector: { validate: () => held.promise },
    });
    const client = connect();
    const { validate } = ConnectorService.method;
    const calls = Array.from({ length: 60 }, () => client.unary(validate, {}, bearer("reader")));
    const refused = await firstOf(calls, 40);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["UNAVAILABLE"]));
    expect(refused[0]?.message).toBe("this caller has too many calls under way; wait for answers");
    expect(refused[0]?.rateLimit?.resetAt).toBeDefined();
    expect(bounds).toEqual(Array.from({ length: 40 }, () => "caller-calls"));
    expect(events[0]).toMatchObject({ caller: "token:reader", met: "caller-calls", requestBytes: 0 });
    const { grant } = GrantManagerService.method;
    const other = await connect().unary(grant, {}, bearer("provisioner"));
    expect(other.code).toBe("INVALID_ARGUMENT");
    held.resolve();
    expect(counted((await Promise.all(calls)).map(({ code }) => code))).toEqual({ OK: 20, UNAVAILABLE: 40 });
    expect(await client.unary(validate, {}, bearer("reader"))).toMatchObject({ code: "OK" });
  });

  test("holds 32 MiB of requests that are not complete", async () => {
    const { port, connect, bounds } = await stage.start();
    const session = sessions.open(port);
    const streams = Array.from({ length: 20 }, () => call(session, VALIDATE));
    const refused = new Promise((resolve) => {
      for (const stream of streams) {
        stream.once("response", (headers) => resolve(headers["grpc-status"]));
        stream.write(Buffer.from("00003d0900", "hex"));
        stream.write(Buffer.alloc(3_900_000));
      }
    });
    expect(await codesDuring(connect, refused)).toEqual(OK);
    expect(await refused).toBe("14");
    expect(bounds).toContain("request-bytes");
  });

  test("that holds every connection idle does not shut out another one", async () => {
    const { connect, refused } = await stage.start({
      security: { tokensFile: tokensFile("reader", "provisioner") },
      limits: { maxConnections: 50 },
    });
    const { listResourceTypes } = ResourceTypesService.method;
    const readers = Array.from({ length: 50 }, () => connect());
    for (const reader of readers) {
      expect((await reader.unary(listResourceTypes, {}, bearer("reader"))).code).toBe("OK");
    }
    const { grant } = GrantManagerService.method;
    for (let at = 0; at < 5; at += 1) {
      const reply = await connect().unary(grant, {}, bearer("provisioner"));
      expect(reply.code).toBe("INVALID_ARGUMENT");
    }
    expect(refused.map(({ why }) => why)).toEqual(Array.from({ length: 5 }, () => "evicted"));
  });
});

/** The first so many results, in the order in which they come. */
async function firstOf<T>(promises: readonly Promise<T>[], count: number): Promise<readonly T[]> {
  const results: T[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const keep = async (one: Promise<T>): Promise<void> => {
    results.push(await one);
    if (results.length === count) resolve();
  };
  for (const one of promises) void keep(one);
  await promise;
  return results.slice(0, count);
}
