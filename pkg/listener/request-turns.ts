/** Begins a request of the connection: at once, or in a later turn of the event loop. */
export type TakeTurn = (connection: object, begin: () => void) => void;

/** Of all connections. A request without credentials takes a tenth of a millisecond. */
const REQUESTS_A_TURN = 32;

/**
 * Node.js hands on everything that has arrived in one turn of the event loop: eight requests on each of 1,000 connections held it
 * for 640 ms, in which nobody else was answered, on no port. So few begin in a turn, and the others wait in line, one of each
 * connection in a round.
 */
export function createRequestTurns(): TakeTurn {
  /** The next one first. */
  const line = new Map<object, (() => void)[]>();
  let begun = 0;
  let turn: NodeJS.Immediate | undefined;

  function startTurn(): void {
    turn ??= setImmediate(endTurn);
  }

  function endTurn(): void {
    turn = undefined;
    begun = 0;
    for (const [connection, requests] of line) {
      if (begun >= REQUESTS_A_TURN) break;
      line.delete(connection);
      const [next, ...later] = requests;
      // A connection that is put back is met again, after the others.
      if (later.length > 0) line.set(connection, later);
      begun += 1;
      next?.();
    }
    if (begun > 0) startTurn();
  }

  return (connection, begin) => {
    startTurn();
    const waiting = line.get(connection);
    if (waiting !== undefined) waiting.push(begin);
    else if (line.size > 0 || begun >= REQUESTS_A_TURN) line.set(connection, [begin]);
    else {
      begun += 1;
      begin();
    }
  };
}
