// Connections take turns in beginning streams, so that none of them holds the event loop (CONNECTION-4 in DESIGN.md).
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { MonotonicClock } from "../../core/clock.ts";
import { isRecord } from "../../core/unknown.ts";
import { type ConnectionEnds, connectionName } from "./connections.ts";
import { createGroups } from "./groups.ts";
import { allowMoreStreams, type NewStream, takeStreams } from "./session-streams.ts";
import { setReading } from "./socket-reading.ts";
import {
  createTurnConnection,
  isNew,
  isOverrun,
  mayHaveClosed,
  notePause,
  STREAMS_A_TURN,
  type TurnConnection,
  type WaitingStream,
} from "./turn-connection.ts";
import { createWaitingStreams } from "./waiting-streams.ts";

export interface StreamTurns {
  /** From now on the streams of this connection are counted. */
  watch(socket: Socket): void;
  /** An authenticated call of the connection begins: it is the caller's from now on. */
  proved(ends: ConnectionEnds, caller: string): void;
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

/** The callers that begin many streams. Those of the others do not wait behind theirs. */
export interface BusyCallers {
  /** A stream of the caller begins. */
  began(caller: string): void;
  has(caller: string): boolean;
  all(): readonly string[];
}

export interface StreamTurnsOptions {
  readonly busy: BusyCallers;
  /**
   * A stream of the connection was cancelled before it began. The caller is that of the connection, or its address: it may be
   * closed already.
   */
  readonly onCancelled: (ends: ConnectionEnds, caller: string) => void;
  /** A stream of the connection was refused, since so many of its caller wait. */
  readonly onRefused: (ends: ConnectionEnds) => void;
  /** More were refused than a connection that has proved nothing may have open. Must close it. */
  readonly onOverrun: (ends: ConnectionEnds) => void;
  readonly monotonic: MonotonicClock;
}

/** When the streams of a turn have taken so long, those of busy callers wait, and connections of these line up to be read. */
const TURN_MS = 8;
/** And then those of all callers wait. They are read, so that they wait in the order in which they came. */
const LONGEST_TURN_MS = 40;
/** When so many streams have arrived in a turn, all connections line up to be read. */
const MOST_ARRIVALS = 256;
/**
 * So many that have lined up without a stream are read in a turn, and what they bring is made into streams then: those of known
 * callers that are not busy bring few. Each of the others, which may bring hundreds, counts as eight.
 */
const MOST_READ = 256;
const READ_OF_OTHERS = 8;

/** So many new connections of a caller or address are read in a turn, and of so many a stream begins. */
const MOST_NEW = 8;

/** Node reports each stream there, also one that grpc-js answers by itself. */
const STREAM_CREATED = "http2.server.stream.created";

export function createStreamTurns(options: StreamTurnsOptions): StreamTurns {
  const { busy, monotonic } = options;
  const watched = new Map<string, TurnConnection>();
  const byCaller = createGroups<TurnConnection>();
  const known = new WeakSet<object>();
  /** With streams in this turn. */
  const begun = new Set<TurnConnection>();
  /** Those that wait to be read, or for their streams to begin, by caller, the next one first. */
  const waiting = new Map<string, Set<TurnConnection>>();
  const paused = new Map<TurnConnection, NodeJS.Timeout>();
  const places = createWaitingStreams();
  let turnBeganAt = 0;
  /** Streams that have arrived in this turn, and connections of the line that are read in it, as `MOST_READ` counts them. */
  let arrivals = 0;
  let reads = 0;
  /** Whose connections have lined up in this turn. */
  let linedUp: "nobody" | "busy" | "all" = "nobody";
  let turn: NodeJS.Immediate | undefined;

  /** At the first stream of a session, before Node gives it to the library. */
  function onStreamCreated(message: unknown): void {
    const session: unknown = isRecord(message) && isRecord(message["stream"]) && message["stream"]["session"];
    if (!isRecord(session) || known.has(session)) return;
    known.add(session);
    const socket: unknown = session["socket"];
    const connection = isRecord(socket) ? watched.get(connectionName(socket)) : undefined;
    if (connection === undefined) return;
    connection.session = session;
    takeStreams(session, (stream) => arrived(connection, stream));
  }

  function arrived(connection: TurnConnection, stream: NewStream): void {
    const mayBegin =
      connection.state === "read" && connection.queue.length === 0 && !isTurnOver(connection.caller);
    if (mayBegin) begin(connection, stream);
    else queueUp(connection, stream);
    arrivals += 1;
    startTurn();
    lineUpOthers();
  }

  function queueUp(connection: TurnConnection, stream: NewStream): void {
    if (mayHaveClosed(connection)) dropClosed(connection);
    const { caller } = connection;
    if (places.take(caller, connection.queue.length)) {
      connection.queue.push({ stream, caller });
      wait(connection);
    } else {
      stream.refuse();
      connection.untilPause -= 1;
      connection.refused += 1;
      options.onRefused(connection.ends);
      if (isOverrun(connection)) options.onOverrun(connection.ends);
    }
  }

  function dropClosed(connection: TurnConnection): void {
    const gone = connection.queue.filter(({ stream }) => stream.isClosed());
    connection.queue = connection.queue.filter(({ stream }) => !stream.isClosed());
    for (const waiter of gone) cancelled(connection, waiter);
  }

  function cancelled(connection: TurnConnection, { caller }: WaitingStream): void {
    places.give(caller);
    options.onCancelled(connection.ends, connection.caller);
  }

  function begin(connection: TurnConnection, stream: NewStream): void {
    startTurn();
    begun.add(connection);
    connection.begun += 1;
    connection.streams += 1;
    connection.untilPause -= 1;
    busy.began(connection.caller);
    if (connection.streams >= STREAMS_A_TURN) wait(connection);
    stream.begin();
  }

  function startTurn(): void {
    if (turn !== undefined) return;
    turnBeganAt = monotonic();
    turn = setImmediate(endTurn);
  }

  const hasTaken = (ms: number): boolean => turn !== undefined && monotonic() - turnBeganAt > ms;

  const isTurnOver = (caller: string): boolean =>
    hasTaken(TURN_MS) && (hasTaken(LONGEST_TURN_MS) || busy.has(caller));

  const bringsFew = ({ isProven, caller }: TurnConnection): boolean => isProven && !busy.has(caller);

  function wait(connection: TurnConnection): void {
    if (connection.state === "waits" || connection.state === "paused") return;
    setReading(connection.socket, false);
    connection.state = "waits";
    const { caller } = connection;
    waiting.set(caller, (waiting.get(caller) ?? new Set()).add(connection));
    startTurn();
  }

  /** With those of its caller, and no longer with those of its address. */
  function lineUpAgain(connection: TurnConnection): void {
    leaveLine(connection);
    connection.state = "read";
    wait(connection);
  }

  function leaveLine(connection: TurnConnection): void {
    for (const [caller, connections] of waiting) {
      if (connections.delete(connection) && connections.size === 0) waiting.delete(caller);
    }
  }

  /** What waits begins, one at least and as much as fits into a turn; without any the connection is read. */
  function serve(connection: TurnConnection, most = STREAMS_A_TURN): void {
    connection.state = "read";
    if (connection.queue.length === 0) reads += bringsFew(connection) ? 1 : READ_OF_OTHERS;
    while (connection.state === "read" && connection.streams < most) {
      if (connection.streams > 0 && isTurnOver(connection.caller)) break;
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

  /**
   * They are read in the order of the line. Only stopped for the rest of the turn, some would never be read: the system reports
   * those first that it did not have to forget meanwhile.
   */
  function lineUpOthers(): void {
    const whose = arrivals >= MOST_ARRIVALS ? "all" : hasTaken(TURN_MS) ? "busy" : "nobody";
    if (whose === "nobody" || whose === linedUp) return;
    linedUp = whose;
    const connections =
      whose === "all" ? watched.values() : busy.all().flatMap((caller) => byCaller.members(caller));
    for (const connection of connections) {
      // One with streams that wait is in its turn, and lines up again after it.
      if (connection.state !== "read" || connection.queue.length > 0) continue;
      // A probe that opens a connection would wait for as many turns as its address has connections.
      if (whose === "busy" && connection.session === undefined) continue;
      wait(connection);
    }
  }

  function pauseFor(connection: TurnConnection, ms: number): boolean {
    if (!setReading(connection.socket, false)) return false;
    leaveLine(connection);
    connection.state = "paused";
    notePause(connection, monotonic());
    const timer = setTimeout(() => endPause(connection), ms);
    timer.unref();
    paused.set(connection, timer);
    return true;
  }

  function endPause(connection: TurnConnection): void {
    clearTimeout(paused.get(connection));
    paused.delete(connection);
    // Not after `readAgain`: each would ask for the next pause.
    dropClosed(connection);
    connection.pauseEndedAt = monotonic();
    connection.state = "read";
    if (connection.queue.length > 0) wait(connection);
    else readAgain(connection);
  }

  function readAgain(connection: TurnConnection): void {
    connection.state = "read";
    setReading(connection.socket, true);
  }

  function endTurn(): void {
    turn = undefined;
    [arrivals, reads, linedUp] = [0, 0, "nobody"];
    for (const connection of begun) connection.streams = 0;
    begun.clear();
    if (waiting.size === 0) return;
    startTurn();
    // Those that line up again are for the next turn. The callers that this turn has no time for come first in the next.
    const callers = [...waiting.keys()].map((caller) => ({ caller, isBusy: busy.has(caller) }));
    for (const { caller } of callers.filter(({ isBusy }) => !isBusy)) {
      if (hasTaken(LONGEST_TURN_MS) || reads >= MOST_READ) return;
      serveOf(caller);
    }
    for (const { caller } of callers.filter(({ isBusy }) => isBusy)) {
      if (hasTaken(TURN_MS) || reads >= MOST_READ) return;
      serveOf(caller);
    }
  }

  /**
   * One that waits to be read, since it may have a single call, and one whose streams wait. Before them a few new ones, and one
   * stream of each: it may prove who calls, and the others of the address may be a flood.
   */
  function serveOf(caller: string): void {
    const connections = waiting.get(caller) ?? new Set();
    const inLine = [...connections];
    const toRead = inLine.filter(({ queue }) => queue.length === 0);
    const toBegin = inLine.filter(({ queue }) => queue.length > 0);
    const lines = [toRead, toBegin];
    // The others have their turn too: new ones may come on and on.
    const next = [
      ...lines.flatMap((line) => line.filter(isNew).slice(0, MOST_NEW)),
      ...lines.flatMap((line) => line.filter((one) => !isNew(one)).slice(0, 1)),
    ];
    waiting.delete(caller);
    for (const one of next) connections.delete(one);
    if (connections.size > 0) waiting.set(caller, connections);
    for (const one of next) serve(one, isNew(one) ? 1 : STREAMS_A_TURN);
  }

  function closed(connection: TurnConnection): void {
    byCaller.remove(connection.caller, connection);
    if (paused.has(connection)) endPause(connection);
    leaveLine(connection);
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
      const connection = createTurnConnection(socket);
      const key = connectionName(connection.ends);
      watched.set(key, connection);
      byCaller.add(connection.caller, connection);
      socket.once("close", () => {
        if (watched.get(key) === connection) watched.delete(key);
        closed(connection);
      });
    },
    proved(ends, caller) {
      const connection = watched.get(connectionName(ends));
      if (connection === undefined) return;
      if (connection.caller !== caller) {
        byCaller.remove(connection.caller, connection);
        connection.caller = caller;
        byCaller.add(caller, connection);
      }
      if (connection.isProven) return;
      connection.isProven = true;
      if (connection.state === "waits") lineUpAgain(connection);
      allowMoreStreams(connection.session);
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
      turn = undefined;
      endPauses();
      for (const connections of waiting.values()) for (const one of connections) readAgain(one);
    },
  };
}
