// Connections take turns in beginning streams, so that none of them holds the event loop (CONNECTION-4 in DESIGN.md).
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { MonotonicClock } from "../../core/clock.ts";
import { isRecord } from "../../core/unknown.ts";
import { type ConnectionEnds, connectionName } from "./connections.ts";
import { type NewStream, takeStreams } from "./session-streams.ts";
import { setReading } from "./socket-reading.ts";
import { createWaitingStreams } from "./waiting-streams.ts";

export interface StreamTurns {
  /** From now on the streams of this connection are counted. */
  watch(socket: Socket): void;
  /**
   * The connection is not read for the time that `howLong` answers, which is asked unless it is paused already. `isDue` is
   * false while streams that arrived before wait to begin. True when it is paused now and was not before.
   */
  pause(ends: ConnectionEnds, howLong: (isDue: boolean) => number): boolean;
  /** Those that are paused are read now: their clients may have closed them. */
  endPauses(): void;
  /** No connection waits any more. */
  stop(): void;
}

export interface StreamTurnsOptions {
  /** The caller for whom a connection waits: turns go round between these. */
  readonly callerOf: (ends: ConnectionEnds) => string;
  /** A stream of the connection was cancelled before it began. */
  readonly onCancelled: (ends: ConnectionEnds) => void;
  /** A stream of the connection was refused, since so many of its caller wait. */
  readonly onRefused: (ends: ConnectionEnds) => void;
  readonly monotonic: MonotonicClock;
}

/** A connection that begins so many streams in one turn of the event loop waits for the next turn of its caller. */
const STREAMS_A_TURN = 16;

/** When the streams of one turn have taken so long, no other connection is read in it. */
const TURN_MS = 8;

/**
 * So many streams of a connection begin, while more of them wait, before it is paused: the most at first and
 * after a pause, then half as many after each.
 */
const STREAMS_TO_PAUSE = { most: 250, least: STREAMS_A_TURN };
/** After such a time without a pause it is the most again. */
const FORGOTTEN_MS = 10_000;

/** Of one connection. When there are more, some may have been cancelled already. */
const MANY_WAITING = 250;

/** Node reports each stream there, also one that grpc-js answers by itself. */
const STREAM_CREATED = "http2.server.stream.created";

interface Connection {
  readonly socket: Socket;
  /** A closed socket has none. */
  readonly ends: ConnectionEnds;
  /** In this turn. */
  streams: number;
  /** So many more begin before it is paused, while others of it wait. */
  untilPause: number;
  /** What `untilPause` is after the next pause. */
  afterPause: number;
  pauseEndedAt: number;
  /** They have arrived and have not begun, the oldest first. */
  queue: WaitingStream[];
  state: "read" | "waits" | "held" | "paused";
}

interface WaitingStream {
  readonly stream: NewStream;
  /** Whose share it takes. */
  readonly caller: string;
}

const beforePauses = () => ({
  untilPause: STREAMS_TO_PAUSE.most,
  afterPause: STREAMS_TO_PAUSE.most,
  pauseEndedAt: -Infinity,
});

export function createStreamTurns(options: StreamTurnsOptions): StreamTurns {
  const { callerOf, monotonic } = options;
  const watched = new Map<string, Connection>();
  const known = new WeakSet<object>();
  /** With streams in this turn. */
  const begun = new Set<Connection>();
  /** Those that wait, by caller, the next one first. */
  const waiting = new Map<string, Set<Connection>>();
  /** Those that are not read for the rest of this turn. */
  const held = new Set<Connection>();
  const paused = new Map<Connection, NodeJS.Timeout>();
  const places = createWaitingStreams();
  let turnBeganAt = 0;
  let turn: NodeJS.Immediate | undefined;

  /** At the first stream of a session, before Node gives it to the library. */
  function onStreamCreated(message: unknown): void {
    const session: unknown = isRecord(message) && isRecord(message["stream"]) && message["stream"]["session"];
    if (!isRecord(session) || known.has(session)) return;
    known.add(session);
    const socket: unknown = session["socket"];
    const connection = isRecord(socket) ? watched.get(connectionName(socket)) : undefined;
    if (connection !== undefined) takeStreams(session, (stream) => arrived(connection, stream));
  }

  function arrived(connection: Connection, stream: NewStream): void {
    const mayBegin = connection.state === "read" && connection.queue.length === 0 && !isTurnOver();
    if (mayBegin) begin(connection, stream);
    else queueUp(connection, stream);
    if (held.size === 0 && isTurnOver()) holdOthers();
  }

  function queueUp(connection: Connection, stream: NewStream): void {
    if (connection.queue.length >= MANY_WAITING) dropClosed(connection);
    const caller = callerOf(connection.ends);
    if (places.take(caller, connection.queue.length)) {
      connection.queue.push({ stream, caller });
      wait(connection);
    } else {
      stream.refuse();
      connection.untilPause -= 1;
      options.onRefused(connection.ends);
    }
  }

  function dropClosed(connection: Connection): void {
    const gone = connection.queue.filter(({ stream }) => stream.isClosed());
    connection.queue = connection.queue.filter(({ stream }) => !stream.isClosed());
    for (const waiter of gone) cancelled(connection, waiter);
  }

  function cancelled(connection: Connection, { caller }: WaitingStream): void {
    places.give(caller);
    options.onCancelled(connection.ends);
  }

  function begin(connection: Connection, stream: NewStream): void {
    startTurn();
    begun.add(connection);
    connection.streams += 1;
    connection.untilPause -= 1;
    if (connection.streams >= STREAMS_A_TURN) wait(connection);
    stream.begin();
  }

  function startTurn(): void {
    if (turn !== undefined) return;
    turnBeganAt = monotonic();
    turn = setImmediate(endTurn);
  }

  const isTurnOver = (): boolean => turn !== undefined && monotonic() - turnBeganAt > TURN_MS;

  function wait(connection: Connection): void {
    if (connection.state === "waits" || connection.state === "paused") return;
    setReading(connection.socket, false);
    held.delete(connection);
    connection.state = "waits";
    const caller = callerOf(connection.ends);
    waiting.set(caller, (waiting.get(caller) ?? new Set()).add(connection));
    startTurn();
  }

  function leaveLine(connection: Connection): void {
    for (const [caller, connections] of waiting) {
      if (connections.delete(connection) && connections.size === 0) waiting.delete(caller);
    }
  }

  /** What waits begins, as much as fits into a turn; without any it is read. */
  function serve(connection: Connection): void {
    connection.state = "read";
    while (connection.state === "read" && connection.streams < STREAMS_A_TURN) {
      const waiter = connection.queue.shift();
      if (waiter === undefined) break;
      if (waiter.stream.isClosed()) cancelled(connection, waiter);
      else {
        places.give(waiter.caller);
        begin(connection, waiter.stream);
      }
    }
    if (connection.state !== "read") return;
    if (connection.queue.length > 0) wait(connection);
    else readAgain(connection);
  }

  function holdOthers(): void {
    for (const connection of watched.values()) {
      // One with streams that wait is in its turn, and lines up again after it.
      if (connection.state !== "read" || connection.queue.length > 0) continue;
      if (!setReading(connection.socket, false)) continue;
      connection.state = "held";
      held.add(connection);
    }
  }

  function pauseFor(connection: Connection, ms: number): boolean {
    if (!setReading(connection.socket, false)) return false;
    held.delete(connection);
    leaveLine(connection);
    connection.state = "paused";
    if (monotonic() - connection.pauseEndedAt > FORGOTTEN_MS) Object.assign(connection, beforePauses());
    connection.untilPause = connection.afterPause;
    connection.afterPause = Math.max(STREAMS_TO_PAUSE.least, connection.afterPause / 2);
    const timer = setTimeout(() => endPause(connection), ms);
    timer.unref();
    paused.set(connection, timer);
    return true;
  }

  function endPause(connection: Connection): void {
    clearTimeout(paused.get(connection));
    paused.delete(connection);
    // Not after `readAgain`: each would ask for the next pause.
    dropClosed(connection);
    connection.pauseEndedAt = monotonic();
    connection.state = "read";
    if (connection.queue.length > 0) wait(connection);
    else readAgain(connection);
  }

  function readAgain(connection: Connection): void {
    connection.state = "read";
    setReading(connection.socket, true);
  }

  /**
   * The system reports them in this order, so callers that had no stream in this turn come first. Those whose caller has
   * others in line wait for its turns.
   */
  function readHeld(): void {
    if (held.size === 0) return;
    const callers = new Set([...begun].map(({ ends }) => callerOf(ends)));
    const later: Connection[] = [];
    for (const connection of held) {
      const caller = callerOf(connection.ends);
      if (waiting.has(caller)) wait(connection);
      else if (callers.has(caller)) later.push(connection);
      else readAgain(connection);
    }
    for (const connection of later) readAgain(connection);
    held.clear();
  }

  function endTurn(): void {
    turn = undefined;
    readHeld();
    for (const connection of begun) connection.streams = 0;
    begun.clear();
    if (waiting.size === 0) return;
    startTurn();
    // Those that line up again are for the next turn.
    for (const [caller, connections] of new Map(waiting)) {
      // A connection of which nothing waits may have a single call.
      const first =
        [...connections].find(({ queue: waiters }) => waiters.length === 0) ?? [...connections][0];
      // The callers that this turn has no time for come first in the next.
      waiting.delete(caller);
      if (first === undefined) continue;
      connections.delete(first);
      if (connections.size > 0) waiting.set(caller, connections);
      serve(first);
      if (isTurnOver()) return;
    }
  }

  function closed(connection: Connection): void {
    if (paused.has(connection)) endPause(connection);
    leaveLine(connection);
    held.delete(connection);
    const { queue } = connection;
    connection.queue = [];
    for (const waiter of queue) cancelled(connection, waiter);
  }

  function endPauses(): void {
    for (const connection of paused.keys()) endPause(connection);
  }

  subscribe(STREAM_CREATED, onStreamCreated);
  return {
    watch(socket) {
      const { localAddress, localPort, remoteAddress, remotePort } = socket;
      const ends = { localAddress, localPort, remoteAddress, remotePort };
      const key = connectionName(ends);
      const connection: Connection = {
        socket,
        ends,
        streams: 0,
        ...beforePauses(),
        queue: [],
        state: "read",
      };
      watched.set(key, connection);
      socket.once("close", () => {
        if (watched.get(key) === connection) watched.delete(key);
        closed(connection);
      });
    },
    pause(ends, howLong) {
      const connection = watched.get(connectionName(ends));
      if (connection === undefined || connection.state === "paused") return false;
      const ms = howLong(connection.queue.length === 0 || connection.untilPause <= 0);
      return ms > 0 && pauseFor(connection, ms);
    },
    endPauses,
    stop() {
      unsubscribe(STREAM_CREATED, onStreamCreated);
      clearImmediate(turn);
      endPauses();
      for (const connections of [held, ...waiting.values()]) for (const one of connections) readAgain(one);
    },
  };
}
