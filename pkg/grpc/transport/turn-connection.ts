import type { Socket } from "node:net";
import { type ConnectionEnds, connectionAddress } from "./connections.ts";
import { type NewStream, STREAMS_OF_UNPROVEN } from "./session-streams.ts";

/** A connection that begins so many streams in one turn of the event loop waits for the next turn of its caller. */
export const STREAMS_A_TURN = 16;

/**
 * So many streams of a connection begin, while more of them wait, before it is paused: the most at first and
 * after a pause, then half as many after each.
 */
const STREAMS_TO_PAUSE = { most: 250, least: STREAMS_A_TURN };
/** After such a time without a pause it is the most again. */
const FORGOTTEN_MS = 10_000;

/** A connection is new for so many streams, as long as it has not proved who calls. */
const FIRST_STREAMS = 4;

/** What stream-turns.ts knows of a connection. */
export interface TurnConnection {
  readonly socket: Socket;
  /** A closed socket has none. */
  readonly ends: ConnectionEnds;
  /** Turns go round between these. Its address, until it has proved who calls. */
  caller: string;
  /** Known from its first stream on. */
  session: unknown;
  /** An authenticated call of it has begun. */
  isProven: boolean;
  /** Streams of it, also in earlier turns. */
  begun: number;
  /** In this turn. */
  streams: number;
  /** So many more begin before it is paused, while others of it wait. */
  untilPause: number;
  /** What `untilPause` is after the next pause. */
  afterPause: number;
  pauseEndedAt: number;
  /** Without a call, since so many waited. */
  refused: number;
  /** They have arrived and have not begun, the oldest first. */
  queue: WaitingStream[];
  state: "read" | "waits" | "paused";
}

export interface WaitingStream {
  readonly stream: NewStream;
  /** Whose share it takes. */
  readonly caller: string;
}

const beforePauses = () => ({
  untilPause: STREAMS_TO_PAUSE.most,
  afterPause: STREAMS_TO_PAUSE.most,
  pauseEndedAt: -Infinity,
});

export function createTurnConnection(socket: Socket): TurnConnection {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return {
    socket,
    ends: { localAddress, localPort, remoteAddress, remotePort },
    caller: connectionAddress(socket),
    session: undefined,
    isProven: false,
    begun: 0,
    streams: 0,
    ...beforePauses(),
    refused: 0,
    queue: [],
    state: "read",
  };
}

/** Whether it is time to look for streams that were cancelled while they wait: each costs as much as a refused call. */
export function mayHaveClosed({ queue }: TurnConnection): boolean {
  return queue.length >= STREAMS_OF_UNPROVEN && queue.length % STREAMS_A_TURN === 0;
}

/** It has not proved who calls, and has begun few streams: clients ask for the health, or for reflection, before they do. */
export function isNew({ isProven, begun }: TurnConnection): boolean {
  return !isProven && begun < FIRST_STREAMS;
}

/** It has proved nothing, and goes on although so many were refused. */
export function isOverrun({ isProven, refused }: TurnConnection): boolean {
  return !isProven && refused >= STREAMS_OF_UNPROVEN;
}

export function notePause(connection: TurnConnection, nowMs: number): void {
  if (nowMs - connection.pauseEndedAt > FORGOTTEN_MS) Object.assign(connection, beforePauses());
  connection.untilPause = connection.afterPause;
  connection.afterPause = Math.max(STREAMS_TO_PAUSE.least, connection.afterPause / 2);
}
