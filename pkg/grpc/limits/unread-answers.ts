import { type ConnectionEnds, connectionName } from "../transport/connections.ts";
import { createRoomQueue, type RoomQueue } from "./room-queue.ts";

export interface UnreadLimits {
  /** A connection that has not read so many bytes of answers gets no further ones meanwhile: its calls that read wait. */
  readonly connectionBytes: number;
  /** A connection with so many, in eight answers or more, that has read nothing for a moment gets none meanwhile either. */
  readonly idleBytes: number;
  /** Of all connections together. From half of it on, a connection gets no further ones after an eighth of its bytes. */
  readonly allBytes: number;
  /** The longest time that one answer may wait to be read; ten times as long while its connection reads `timeBytes` in it. */
  readonly timeMs: number;
  readonly timeBytes: number;
  /** A caller that has not read so many answers, of so many bytes together, and read nothing for so long gets no further ones. */
  readonly callerAnswers: number;
  readonly callerBytes: number;
  readonly callerMs: number;
}

/**
 * Two hundred pages of a listing; and what a container of 512 MiB has to spare. One answer may have almost 4 MiB, so that
 * bytes alone would not tell a caller with a large answer on its way from one that does not read. Nor would their number: a
 * hundred calls that are answered at once, from pages that are here, have a hundred answers on the way to a client that reads.
 */
export const UNREAD_LIMITS: UnreadLimits = {
  connectionBytes: 32 * 1024 * 1024,
  idleBytes: 256 * 1024,
  allBytes: 128 * 1024 * 1024,
  timeMs: 60_000,
  timeBytes: 4 * 1024 * 1024,
  callerAnswers: 64,
  callerBytes: 4 * 1024 * 1024,
  callerMs: 2000,
};

const MOST_TIMES = 10;
/** What an answer takes is known once it is made; until a connection has had one it is a page. */
const USUAL_BYTES = 64 * 1024;
const SHARE_WHEN_MANY = 1 / 8;
/** Who takes over so many bytes reads. Less may be the heads of answers. */
const READING_BYTES = 64 * 1024;
/** And such a part of what is unread, up to so much a connection: a client that is paused takes over what its window has room for. */
const READING_PART = 1 / 16;
const MOST_READING_BYTES = 128 * 1024;
/** One client of a proxy that reads nothing has few answers, and must not hold up the others on the connection. */
const IDLE_ANSWERS = 8;
const TICK_MS = 250;

/** Room for an answer that is to be made. */
export interface AnswerRoom {
  /** Resolves when there is; undefined for at once. Rejects when the signal is aborted. */
  take(signal: AbortSignal): Promise<void> | undefined;
  /** The answer is about to be written, or the call ends without one. May be called twice, and without `take`. */
  release(): void;
}

/** The answers that were written and not yet taken over by the system, by connection and by caller. */
export interface UnreadAnswers {
  /** The answer is written. Returns what must be called once it is read, or the call is over; it may be called twice. */
  written(ends: ConnectionEnds, caller: string, bytes: number): () => void;
  /** Whether the caller has so many to read that it gets no further ones. */
  isBehind(caller: string): boolean;
  /** For one call of the connection. */
  room(ends: ConnectionEnds): AnswerRoom;
}

export interface UnreadAnswersOptions {
  readonly limits: UnreadLimits;
  /** How many bytes of the connection the system has taken over so far. */
  readonly sent: (ends: ConnectionEnds) => number;
  /** The connection reads too little. Must end its calls. */
  readonly cut: (ends: ConnectionEnds) => void;
  /** The caller is behind from now on. */
  readonly onBehind: (caller: string) => void;
}

/** Whether somebody reads: what was taken over since that was last seen, and how long ago it was. */
interface Reading {
  taken: number;
  idleMs: number;
}

function noteReading(reading: Reading): void {
  reading.taken = 0;
  reading.idleMs = 0;
}

function noteTick(reading: Reading, taken: number, unread: number, connections: number): void {
  reading.taken += taken;
  const part = Math.min(unread * READING_PART, connections * MOST_READING_BYTES);
  if (reading.taken >= Math.max(READING_BYTES, part)) noteReading(reading);
  else reading.idleMs += TICK_MS;
}

interface OfConnection {
  readonly ends: ConnectionEnds;
  readonly queue: RoomQueue;
  answers: number;
  bytes: number;
  /** Of the answers that are being made, and what each of them is expected to take. */
  expectedBytes: number;
  usualBytes: number;
  /** What it had taken over by the last tick, and in that tick. */
  sentAt: number;
  sentNow: number;
  /** Of its own answers. */
  readonly reading: Reading;
  isCut: boolean;
}

interface OfCaller {
  answers: number;
  bytes: number;
  /** With answers of it. */
  readonly connections: Set<OfConnection>;
  readonly reading: Reading;
  isTold: boolean;
}

export function createUnreadAnswers(options: UnreadAnswersOptions): UnreadAnswers {
  const { limits, sent, onBehind } = options;
  const waiting = new Map<string, OfConnection>();
  const ofCallers = new Map<string, OfCaller>();
  let all = 0;
  let ticking: NodeJS.Timeout | undefined;

  function isFull({ answers, bytes, expectedBytes, reading }: OfConnection): boolean {
    if (reading.idleMs > 0 && answers >= IDLE_ANSWERS && bytes >= limits.idleBytes) return true;
    const share = all < limits.allBytes / 2 ? 1 : SHARE_WHEN_MANY;
    return bytes + expectedBytes >= limits.connectionBytes * share;
  }

  /** In ticks, not by the clock: while this process does not run, nobody can be seen to read. */
  function tick(): void {
    for (const connection of waiting.values()) {
      const sentBefore = connection.sentAt;
      connection.sentAt = sent(connection.ends);
      connection.sentNow = Math.max(0, connection.sentAt - sentBefore);
      noteTick(connection.reading, connection.sentNow, connection.bytes, 1);
      connection.queue.serve();
    }
    for (const [caller, counted] of ofCallers) {
      const taken = [...counted.connections].reduce((sum, { sentNow }) => sum + sentNow, 0);
      noteTick(counted.reading, taken, counted.bytes, counted.connections.size);
      tellBehind(caller, counted);
    }
  }

  function areTooMany({ answers, bytes, reading }: OfCaller): boolean {
    if (answers < limits.callerAnswers || bytes < limits.callerBytes) return false;
    return reading.idleMs >= limits.callerMs;
  }

  function tellBehind(caller: string, counted: OfCaller): void {
    const wasTold = counted.isTold;
    counted.isTold = areTooMany(counted);
    if (counted.isTold && !wasTold) onBehind(caller);
  }

  function addToCaller(caller: string, connection: OfConnection, bytes: number): void {
    const counted = ofCallers.get(caller) ?? {
      answers: 0,
      bytes: 0,
      connections: new Set(),
      reading: { taken: 0, idleMs: 0 },
      isTold: false,
    };
    ofCallers.set(caller, counted);
    counted.answers += 1;
    counted.bytes += bytes;
    counted.connections.add(connection);
    tellBehind(caller, counted);
  }

  function readByCaller(caller: string, connection: OfConnection, bytes: number): void {
    const counted = ofCallers.get(caller);
    if (counted === undefined) return;
    counted.answers -= 1;
    counted.bytes -= bytes;
    noteReading(counted.reading);
    if (connection.answers === 0) counted.connections.delete(connection);
    counted.isTold = areTooMany(counted);
    if (counted.answers === 0) ofCallers.delete(caller);
  }

  function connectionOf(ends: ConnectionEnds): OfConnection {
    const key = connectionName(ends);
    const known = waiting.get(key);
    if (known !== undefined) return known;
    const queue = createRoomQueue({
      hasRoom: () => !isFull(connection),
      onEmpty: () => forgetUnused(connection),
    });
    const connection: OfConnection = {
      ends,
      queue,
      answers: 0,
      bytes: 0,
      expectedBytes: 0,
      usualBytes: USUAL_BYTES,
      sentAt: sent(ends),
      sentNow: 0,
      reading: { taken: 0, idleMs: 0 },
      isCut: false,
    };
    waiting.set(key, connection);
    ticking ??= setInterval(tick, TICK_MS).unref();
    return connection;
  }

  /** What it holds is free from now on: the next answer must not cut another one too. */
  function cut(connection: OfConnection): void {
    if (connection.isCut) return;
    connection.isCut = true;
    all -= connection.bytes;
    forget(connection);
    options.cut(connection.ends);
  }

  function forget(connection: OfConnection): void {
    const key = connectionName(connection.ends);
    if (waiting.get(key) === connection) waiting.delete(key);
    if (waiting.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  }

  function forgetUnused(connection: OfConnection): void {
    const { answers, expectedBytes, queue } = connection;
    if (answers === 0 && expectedBytes === 0 && queue.isEmpty()) forget(connection);
  }

  /** The one with the most bytes that wait longest. */
  function worst(): OfConnection | undefined {
    let most: { readonly connection: OfConnection; readonly cost: number } | undefined;
    for (const connection of waiting.values()) {
      const cost = connection.bytes * (TICK_MS + connection.reading.idleMs);
      if (most === undefined || cost > most.cost) most = { connection, cost };
    }
    return most?.connection;
  }

  /** Cuts the connection unless the answer is read in time. Returns what must be called when it is read. */
  function watchTime(connection: OfConnection): () => void {
    let times = 1;
    let timer = later();
    function later(): NodeJS.Timeout {
      const sentBefore = sent(connection.ends);
      const ended = setTimeout(() => {
        const isReading = sent(connection.ends) - sentBefore >= limits.timeBytes;
        if (!isReading || times === MOST_TIMES) return cut(connection);
        times += 1;
        timer = later();
      }, limits.timeMs);
      return ended.unref();
    }
    return () => clearTimeout(timer);
  }

  function roomFor(ends: ConnectionEnds): AnswerRoom {
    let connection: OfConnection | undefined;
    let expected = 0;
    let released = false;
    const expect = (of: OfConnection): void => {
      expected = of.usualBytes;
      of.expectedBytes += expected;
    };
    return {
      take(signal) {
        const of = connectionOf(ends);
        connection = of;
        const turn = of.queue.wait(signal, () => expect(of));
        if (turn === undefined) expect(of);
        return turn;
      },
      release() {
        if (released) return;
        released = true;
        if (connection === undefined) return;
        connection.expectedBytes -= expected;
        // The answer that follows comes first.
        connection.queue.serve();
        forgetUnused(connection);
      },
    };
  }

  return {
    isBehind: (caller) => ofCallers.get(caller)?.isTold === true,
    room: roomFor,
    written(ends, caller, bytes) {
      const connection = connectionOf(ends);
      if (connection.answers === 0) noteReading(connection.reading);
      // A whole number: a sum of fractions does not return to 0.
      connection.usualBytes = Math.max(bytes, Math.ceil((connection.usualBytes + bytes) / 2));
      connection.answers += 1;
      connection.bytes += bytes;
      all += bytes;
      addToCaller(caller, connection, bytes);
      const inTime = watchTime(connection);
      if (all > limits.allBytes) cut(worst() ?? connection);
      let read = false;
      return () => {
        if (read) return;
        read = true;
        inTime();
        noteReading(connection.reading);
        connection.answers -= 1;
        connection.bytes -= bytes;
        if (!connection.isCut) all -= bytes;
        forgetUnused(connection);
        readByCaller(caller, connection, bytes);
        connection.queue.serve();
      };
    },
  };
}
