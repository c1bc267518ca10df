// Connections take turns in beginning streams, so that none of them holds the event loop (CONNECTION-4 in DESIGN.md).
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { MonotonicClock } from "../../core/clock.ts";
import { isRecord } from "../../core/unknown.ts";
import { type ConnectionEnds, connectionName } from "./connections.ts";

export interface StreamTurns {
  /** From now on the streams of this connection are counted. */
  watch(socket: Socket): void;
  /**
   * The connection is not read for the time that `howLong` answers, which is asked unless it is paused already. True when
   * it is paused now and was not before.
   */
  pause(ends: ConnectionEnds, howLong: () => number): boolean;
  /** Those that are paused are read now: their clients may have closed them. */
  endPauses(): void;
  /** No connection waits any more. */
  stop(): void;
}

export interface StreamTurnsOptions {
  /** The caller for whom a connection waits: turns go round between these. */
  readonly callerOf: (ends: ConnectionEnds) => string;
  readonly monotonic: MonotonicClock;
}

/** A connection that begins so many streams in one turn of the event loop waits for the next turn of its caller. */
const STREAMS_A_TURN = 16;

/** When the streams of one turn have taken so long, no other connection is read in it. */
const TURN_MS = 20;

/** Node reports each stream there, also one that grpc-js answers by itself. */
const STREAM_CREATED = "http2.server.stream.created";

interface Connection {
  readonly socket: Socket;
  /** In this turn. */
  streams: number;
  state: "read" | "waits" | "held" | "paused";
}

export function createStreamTurns({ callerOf, monotonic }: StreamTurnsOptions): StreamTurns {
  const watched = new Map<string, Connection>();
  const known = new WeakMap<object, Connection>();
  /** With streams in this turn. */
  const begun = new Set<Connection>();
  /** Those that wait, by caller, the next one first. */
  const waiting = new Map<string, Set<Connection>>();
  /** Those that are not read for the rest of this turn. */
  const held = new Set<Connection>();
  const paused = new Map<Connection, NodeJS.Timeout>();
  let turnBeganAt = 0;
  let turn: NodeJS.Immediate | undefined;

  function connectionOf(session: object): Connection | undefined {
    const before = known.get(session);
    if (before !== undefined) return before;
    const socket: unknown = Reflect.get(session, "socket");
    const connection = isRecord(socket) ? watched.get(connectionName(socket)) : undefined;
    if (connection !== undefined) known.set(session, connection);
    return connection;
  }

  function onStream(message: unknown): void {
    const session: unknown = isRecord(message) && isRecord(message["stream"]) && message["stream"]["session"];
    const connection = isRecord(session) ? connectionOf(session) : undefined;
    if (connection === undefined) return;
    if (turn === undefined) {
      turnBeganAt = monotonic();
      turn = setImmediate(endTurn);
    }
    begun.add(connection);
    connection.streams += 1;
    if (connection.streams >= STREAMS_A_TURN) wait(connection);
    if (held.size === 0 && monotonic() - turnBeganAt > TURN_MS) holdOthers();
  }

  function wait(connection: Connection): void {
    const { state, socket } = connection;
    if (state === "waits" || state === "paused" || !setReading(socket, false)) return;
    connection.state = "waits";
    const caller = callerOf(connection.socket);
    waiting.set(caller, (waiting.get(caller) ?? new Set()).add(connection));
  }

  function holdOthers(): void {
    for (const connection of watched.values()) {
      if (connection.state !== "read" || !setReading(connection.socket, false)) continue;
      connection.state = "held";
      held.add(connection);
    }
  }

  function pauseFor(connection: Connection, ms: number): boolean {
    if (!setReading(connection.socket, false)) return false;
    held.delete(connection);
    const caller = callerOf(connection.socket);
    if (waiting.get(caller)?.delete(connection) === true && waiting.get(caller)?.size === 0) {
      waiting.delete(caller);
    }
    connection.state = "paused";
    const timer = setTimeout(() => endPause(connection), ms);
    timer.unref();
    paused.set(connection, timer);
    return true;
  }

  function endPause(connection: Connection): void {
    clearTimeout(paused.get(connection));
    paused.delete(connection);
    readAgain(connection);
  }

  function readAgain(connection: Connection): void {
    connection.state = "read";
    setReading(connection.socket, true);
  }

  /** The system reports them in this order, so callers that had no stream in this turn come first. */
  function readHeld(): void {
    if (held.size === 0) return;
    const callers = new Set([...begun].map(({ socket }) => callerOf(socket)));
    const later = [...held].filter(({ socket }) => callers.has(callerOf(socket)));
    for (const connection of later) held.delete(connection);
    for (const connection of [...held, ...later]) readAgain(connection);
    held.clear();
  }

  function endTurn(): void {
    turn = undefined;
    readHeld();
    for (const connection of begun) connection.streams = 0;
    begun.clear();
    for (const [caller, connections] of waiting) {
      const [first] = connections;
      if (first !== undefined) {
        connections.delete(first);
        readAgain(first);
      }
      if (connections.size === 0) waiting.delete(caller);
    }
    if (waiting.size === 0) return;
    turnBeganAt = monotonic();
    turn = setImmediate(endTurn);
  }

  function endPauses(): void {
    for (const connection of paused.keys()) endPause(connection);
  }

  subscribe(STREAM_CREATED, onStream);
  return {
    watch(socket) {
      const key = connectionName(socket);
      const connection: Connection = { socket, streams: 0, state: "read" };
      watched.set(key, connection);
      socket.once("close", () => {
        if (watched.get(key) === connection) watched.delete(key);
        if (paused.has(connection)) endPause(connection);
      });
    },
    pause(ends, howLong) {
      const connection = watched.get(connectionName(ends));
      if (connection === undefined || connection.state === "paused") return false;
      const ms = howLong();
      return ms > 0 && pauseFor(connection, ms);
    },
    endPauses,
    stop() {
      unsubscribe(STREAM_CREATED, onStream);
      clearImmediate(turn);
      endPauses();
      for (const connections of [held, ...waiting.values()]) for (const one of connections) readAgain(one);
    },
  };
}

/**
 * False for a connection whose reading cannot be changed. HTTP/2 has taken the socket over, so that only its handle, which
 * Node does not document, can be asked.
 */
function setReading(socket: Socket, reads: boolean): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  const change: unknown = isRecord(handle) ? handle[reads ? "readStart" : "readStop"] : undefined;
  if (typeof change !== "function") return false;
  Reflect.apply(change, handle, []);
  return true;
}
