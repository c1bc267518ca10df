import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect as connectHttp2, createServer, type Http2Server, type Http2Session } from "node:http2";
import { connect, createServer as createNetServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { headersFrame, PREFACE, resetFrame } from "../../../test/support/http2-frames.ts";
import { createBusyCallers } from "../limits/busy-callers.ts";
import { createStreamTurns, type StreamTurns } from "./stream-turns.ts";

let http2: Http2Server;
let listener: Server;
let turns: StreamTurns;
let clients: Socket[] = [];
/** The streams of each turn of the event loop, by the first byte of their path. */
let served: Map<string, number>[] = [];
let current: Map<string, number> | undefined;
let time = 0;
/** How long a stream takes. */
let streamMs = 1;
let ended = 0;
let accepted = 0;
let lastAccepted: Socket | undefined;
let cancelled = 0;
let cancelledBy = new Set<string>();
let refused = 0;
let overrun = 0;
let onBegin = (): void => {};
let onStream = (_who: string): void => {};
let onCancelled = (): void => {};
let lastSession: Http2Session | undefined;

beforeEach(async () => {
  [time, streamMs, ended, accepted, served, current, clients] = [0, 1, 0, 0, [], undefined, []];
  [cancelled, refused, overrun] = [0, 0, 0];
  cancelledBy = new Set();
  onBegin = () => {};
  onStream = () => {};
  onCancelled = () => {};
  http2 = createServer();
  http2.on("session", (session) => {
    lastSession = session;
  });
  http2.on("stream", (stream, headers) => {
    const who = String(headers[":path"]).slice(1);
    if (current === undefined) {
      current = new Map();
      served.push(current);
      setImmediate(() => {
        current = undefined;
      });
    }
    current.set(who, (current.get(who) ?? 0) + 1);
    time += streamMs;
    ended += 1;
    onBegin();
    onStream(who);
    stream.on("error", () => {});
    stream.respond({ ":status": 200 }, { endStream: true });
  });
  turns = createStreamTurns({
    busy: createBusyCallers(() => time),
    onCancelled: (_ends, caller) => {
      cancelled += 1;
      cancelledBy.add(caller);
      onCancelled();
    },
    onRefused: () => {
      refused += 1;
    },
    onOverrun: () => {
      overrun += 1;
    },
    monotonic: () => time,
  });
  listener = createNetServer((socket) => {
    turns.watch(socket);
    http2.emit("connection", socket);
    accepted += 1;
    lastAccepted = socket;
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients) client.destroy();
  turns.stop();
  // What is still to be read would count in the next test.
  await new Promise((resolve) => listener.close(resolve));
});

function port(): number {
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Without a caller it has proved nothing. */
async function open(caller?: string): Promise<Socket> {
  const socket = connect(port(), "127.0.0.1");
  clients.push(socket);
  socket.on("error", () => {}).resume();
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  // Node accepts one connection a turn, which would keep those that send at once apart.
  await until(() => accepted === clients.length);
  if (caller !== undefined) turns.proved(endsOf(socket), caller);
  return socket;
}

/** Sends so many requests in the first bytes of the connection. */
function send(socket: Socket, path: string, streams: number, more: readonly Buffer[] = []): void {
  const frames = Array.from({ length: streams }, (_, at) => headersFrame(2 * at + 1, path));
  socket.write(Buffer.concat([PREFACE, ...frames, ...more]));
}

/** So many requests at a time, each next one as soon as one is answered. */
function callOnAndOn(socket: Socket, path: string, atOnce: number): void {
  let calls = atOnce;
  send(socket, path, atOnce);
  let rest = Buffer.alloc(0);
  const answered = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      // A frame of headers with the end of its stream. Others come before the first answer.
      const isAnswer = rest[3] === 1 && (rest[4] ?? 0) % 2 === 1;
      rest = rest.subarray(9 + rest.readUIntBE(0, 3));
      if (!isAnswer) continue;
      socket.write(headersFrame(2 * calls + 1, path));
      calls += 1;
    }
  };
  socket.on("data", answered);
}

function openMany(caller: string | undefined, connections: number): Promise<readonly Socket[]> {
  return Promise.all(Array.from({ length: connections }, () => open(caller)));
}

/** At once, so that all are read in one turn where nothing is held back. */
function flood(sockets: readonly Socket[]): void {
  for (const socket of sockets) send(socket, "a", 90);
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

async function turnsToPass(count: number): Promise<void> {
  const from = served.length;
  await until(() => served.length >= from + count);
}

const servedOf = (path: string): number => served.reduce((all, turn) => all + (turn.get(path) ?? 0), 0);
const sum = (turn: Map<string, number>): number => [...turn.values()].reduce((all, one) => all + one, 0);

describe("CONNECTION-4: connections take turns", () => {
  test("so that many of one caller that send at once do not make a long turn", async () => {
    flood(await openMany("a", 20));
    await until(() => ended === 20 * 90);
    // What is counted here as one turn may be two: that of the reading and that of those that wait.
    expect(Math.max(...served.map(sum))).toBeLessThanOrEqual(2 * 16);
  });

  test("so that of many streams in one piece few begin in a turn", async () => {
    streamMs = 0;
    send(await open("a"), "a", 90);
    await until(() => ended === 90);
    expect(Math.max(...served.map(sum))).toBeLessThanOrEqual(2 * 16);
  });

  test("and streams that are cancelled before they begin are counted and not begun", async () => {
    const resets = Array.from({ length: 90 }, (_, at) => resetFrame(2 * at + 1));
    const one = await open();
    send(one, "a", 90, resets);
    await until(() => ended + cancelled === 90);
    expect(cancelled).toBeGreaterThanOrEqual(90 - 16);
    expect(cancelledBy).toEqual(new Set(["127.0.0.1"]));
  });

  test.each([
    ["few", false, 16 + 33],
    ["few", true, 16 + 33],
  ] as const)(
    "and %s of those that are cancelled as they arrive are read before it is noticed",
    async (_, isProven, most) => {
      streamMs = 20;
      const one = await open(isProven ? "a" : undefined);
      onCancelled = () => lastSession?.destroy();
      const pairs = Array.from({ length: 90 }, (_stream, at) => [
        headersFrame(2 * at + 1, "a"),
        resetFrame(2 * at + 1),
      ]);
      send(one, "a", 0, pairs.flat());
      const closed = new Promise((resolve) => one.once("close", resolve));
      await until(() => cancelled > 0);
      await closed;
      expect(ended + cancelled).toBeGreaterThan(most - 18);
      expect(ended + cancelled).toBeLessThanOrEqual(most);
    },
  );

  test.each([
    ["that has proved nothing is reported", false],
    ["whose caller is known is not", true],
  ] as const)("and a connection %s when it goes on although 32 streams were refused", async (_, isProven) => {
    const many = await openMany(isProven ? "a" : undefined, 50);
    for (const socket of many) send(socket, "a", 90);
    await until(() => ended + refused === 50 * 90);
    expect(refused).toBeGreaterThan(90);
    expect(overrun > 0).toBe(!isProven);
  });

  test("and streams that wait count as cancelled by their caller when their connection is closed", async () => {
    send(await open("a"), "a", 90);
    await until(() => ended > 0);
    lastAccepted?.destroy();
    await until(() => ended + cancelled === 90);
    expect(cancelledBy).toEqual(new Set(["a"]));
  });

  test("and streams of a caller beyond those that may wait are refused, but not those of a connection with few", async () => {
    const few = await open("a");
    for (const socket of await openMany("a", 50)) send(socket, "a", 90);
    await until(() => refused > 0);
    expect(ended + refused).toBeLessThan(50 * 90);
    send(few, "few", 4);
    await until(() => ended + refused === 50 * 90 + 4);
    expect(servedOf("few")).toBe(4);
    // All that waited have left the count.
    refused = 0;
    send(await open("a"), "again", 90);
    await until(() => servedOf("again") === 90);
    expect(refused).toBe(0);
  });

  test("and a connection is not paused while few of its streams have begun and others wait", async () => {
    const one = await open("a");
    const due: boolean[] = [];
    onBegin = () => {
      turns.pause(endsOf(one), (isDue) => {
        due.push(isDue);
        return 0;
      });
    };
    send(one, "a", 90);
    await until(() => ended === 90);
    expect(due.at(20)).toBe(false);
    expect(due.at(-1)).toBe(true);
  });

  test("so that a caller with one stream comes before the many of another", async () => {
    const many = await openMany("a", 20);
    const one = await open("b");
    flood(many);
    send(one, "b", 1);
    await until(() => ended === 20 * 90 + 1);
    expect(served.findIndex((turn) => turn.has("b"))).toBeLessThanOrEqual(2);
  });

  test("and callers with few streams begin them in one turn, also where another has taken its time", async () => {
    streamMs = 2;
    const many = await openMany("a", 20);
    const others = await Promise.all(Array.from({ length: 15 }, (_, at) => open(`b${at}`)));
    flood(many);
    await until(() => ended > 100);
    const before = served.length;
    for (const socket of others) send(socket, "b", 1);
    await until(() => servedOf("b") === 15);
    expect(served.length - before).toBeLessThanOrEqual(3);
  });

  test("and they wait where all of them together make a long turn", async () => {
    streamMs = 5;
    const others = await Promise.all(Array.from({ length: 40 }, (_, at) => open(`b${at}`)));
    for (const socket of others) send(socket, "b", 1);
    await until(() => ended === 40);
    expect(Math.max(...served.map(sum))).toBeLessThanOrEqual(2 * 9);
  });

  test.each([
    ["few calls", 2, 60],
    ["so many calls that they are busy", 0.4, 35],
  ])("and none of those that make %s one after the other is left out", async (_, ms, callers) => {
    streamMs = ms;
    const ofEach = new Map<string, number>();
    const sockets = await Promise.all(Array.from({ length: callers }, (_one, at) => open(`c${at}`)));
    onStream = (who) => ofEach.set(who, (ofEach.get(who) ?? 0) + 1);
    for (const [at, socket] of sockets.entries()) callOnAndOn(socket, String(at), 1);
    await until(() => ended >= 40 * callers);
    expect(ofEach.size).toBe(callers);
    expect(Math.min(...ofEach.values())).toBeGreaterThanOrEqual(20);
  });

  test("and of many callers that send little at once a few hundred streams are made in a turn", async () => {
    streamMs = 0.2;
    const sockets = await Promise.all(Array.from({ length: 100 }, (_, at) => open(`c${at}`)));
    const madeInTurns: number[] = [];
    let made = 0;
    const endOfTurn = (): void => {
      madeInTurns.push(made);
      made = 0;
    };
    const count = (): void => {
      if (made === 0) setImmediate(endOfTurn);
      made += 1;
    };
    subscribe("http2.server.stream.created", count);
    for (const [at, socket] of sockets.entries()) send(socket, String(at), 8);
    await until(() => ended === 800 && made === 0);
    unsubscribe("http2.server.stream.created", count);
    expect(madeInTurns.reduce((all, one) => all + one, 0)).toBe(800);
    expect(Math.max(...madeInTurns)).toBeLessThanOrEqual(256 + 8);
  });

  test.each([
    ["also where many are idle", 100, 4],
    ["also where many have calls", 0, 30],
  ])(
    "and a new connection beside a flood of its address waits for few turns, %s",
    async (_, idle, floods) => {
      streamMs = 3;
      await openMany(undefined, idle);
      for (const socket of await openMany(undefined, floods)) callOnAndOn(socket, "flood", 16);
      await until(() => ended > 50 * floods);
      const probe = await open();
      await turnsToPass(3);
      const before = served.length;
      send(probe, "probe", 1);
      await until(() => servedOf("probe") === 1);
      expect(served.length - before).toBeLessThanOrEqual(8);
    },
  );

  test("so that 200 callers with one call each wait for few turns beside one that sends hundreds in each", async () => {
    streamMs = 0.1;
    const many = await Promise.all(Array.from({ length: 200 }, (_, at) => open(`c${at}`)));
    for (const socket of many) send(socket, "first", 1);
    await until(() => ended === 200);
    for (const socket of await openMany("flood", 60)) send(socket, "flood", 260);
    const before = served.length;
    for (const socket of many) socket.write(headersFrame(3, "second"));
    await until(() => servedOf("second") === 200);
    expect(served.length - before).toBeLessThanOrEqual(5);
  });

  test("and of many new connections beside a flood of their address each begins a stream within few turns", async () => {
    streamMs = 3;
    for (const socket of await openMany(undefined, 30)) callOnAndOn(socket, "flood", 16);
    await until(() => ended > 1500);
    const many = await openMany(undefined, 60);
    const before = served.length;
    for (const socket of many) send(socket, "new", 2);
    await until(() => servedOf("new") >= 60);
    expect(served.length - before).toBeLessThanOrEqual(8);
  });

  test("and one that has begun more than a new one is not left out while new ones come on and on", async () => {
    streamMs = 3;
    const one = await open();
    send(one, "one", 4);
    await until(() => servedOf("one") === 4);
    for (const socket of await openMany(undefined, 30)) callOnAndOn(socket, "flood", 16);
    await until(() => ended > 1500);
    const fresh = await openMany(undefined, 300);
    for (const socket of fresh) send(socket, "new", 4);
    one.write(headersFrame(9, "one"));
    const before = served.length;
    await until(() => servedOf("one") === 5);
    expect(servedOf("new")).toBeLessThan(1200);
    expect(served.length - before).toBeLessThanOrEqual(40);
  });

  test("and one that proves who calls leaves the line of its address", async () => {
    streamMs = 3;
    const honest = await open();
    const others = await openMany(undefined, 60);
    for (const socket of [...others, honest]) send(socket, "call", 1);
    await until(() => servedOf("call") === 61);
    for (const socket of await openMany(undefined, 4)) callOnAndOn(socket, "flood", 16);
    await until(() => ended > 300);
    turns.proved(endsOf(honest), "honest");
    const before = served.length;
    honest.write(headersFrame(3, "honest"));
    await until(() => servedOf("honest") === 1);
    expect(served.length - before).toBeLessThanOrEqual(8);
  });

  test("so that of those that began 16 streams one of each caller is read in a turn, however short a turn is", async () => {
    streamMs = 0;
    const sockets = [...(await openMany("a", 5)), await open("b")];
    const whose = (at: number): string => (at < 5 ? "a" : "b");
    for (const [at, socket] of sockets.entries()) send(socket, whose(at), 16);
    await until(() => ended === 6 * 16);
    for (const [at, socket] of sockets.entries()) socket.write(headersFrame(2 * 16 + 1, whose(at)));
    await until(() => ended === 6 * 17);
    const turnsAfter = served.slice(1).map((turn) => Object.fromEntries(turn));
    expect(turnsAfter).toEqual([{ a: 1, b: 1 }, { a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }]);
  });

  test("and a client that sends few waits for nobody", async () => {
    const client = connectHttp2(`http://127.0.0.1:${port()}`);
    for (let call = 0; call < 40; call += 1) {
      const stream = client.request({ ":path": "/c" });
      stream.resume().end();
      await new Promise((resolve) => stream.once("close", resolve));
    }
    client.close();
    expect(ended).toBe(40);
  });

  test("and one that waits is forgotten when it is closed", async () => {
    const many = await openMany("a", 5);
    flood(many);
    for (const socket of many) socket.destroy();
    send(await open("b"), "b", 1);
    await until(() => served.some((turn) => turn.has("b")));
    expect(served.at(-1)?.get("b")).toBe(1);
  });

  test.each([1, 16])(
    "and one that is paused after %i streams is not read before its time, while others are",
    async (before) => {
      // The sockets are real. A real timer may end some milliseconds early: it counts from when its turn began.
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const [one, other] = [await open("a"), await open("b")];
      send(one, "a", before);
      await until(() => ended === before);
      expect(turns.pause(endsOf(one), () => 300)).toBe(true);
      expect(turns.pause(endsOf(one), () => 1)).toBe(false);
      one.write(headersFrame(2 * before + 1, "a"));
      send(other, "b", 1);
      await until(() => ended === before + 1);
      vi.advanceTimersByTime(299);
      // What was sent before this would be read in the same turn at the latest.
      other.write(headersFrame(3, "b"));
      await until(() => servedOf("b") === 2);
      expect(servedOf("a")).toBe(before);
      vi.advanceTimersByTime(1);
      await until(() => servedOf("a") === before + 1);
    },
  );

  test("and one that is paused is read at once when the pauses end", async () => {
    const one = await open("a");
    send(one, "a", 1);
    await until(() => ended === 1);
    turns.pause(endsOf(one), () => 3_600_000);
    one.write(headersFrame(3, "a"));
    turns.endPauses();
    await until(() => ended === 2);
    // It can be paused again.
    expect(turns.pause(endsOf(one), () => 1)).toBe(true);
  });

  test("and no pause is taken for a time of 0, or for a connection that is not known", async () => {
    const one = await open("a");
    expect(turns.pause(endsOf(one), () => 0)).toBe(false);
    expect(turns.pause({ remotePort: 1 }, () => 100)).toBe(false);
    send(one, "a", 1);
    await until(() => ended === 1);
  });
});

/** As the service sees them. */
const endsOf = ({ localAddress, localPort, remoteAddress, remotePort }: Socket) => ({
  localAddress: remoteAddress,
  localPort: remotePort,
  remoteAddress: localAddress,
  remotePort: localPort,
});
