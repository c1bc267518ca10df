/** Gives the work that follows each answer of AWS a turn of the event loop of its own. */
export interface AnswerTurns {
  /** Resolves at once where no answer had this turn. */
  next(): Promise<void>;
}

/** This part of the answers that wait begins in a turn, so that a wait ends although more answers arrive. */
const PART = 1 / 8;
/** More would hold the event loop: a page of users takes about a millisecond. */
const MOST_A_TURN = 8;

/**
 * An answer makes work until its own answer is sent: a page of users is parsed, built and encoded, all in one turn. Answers that
 * arrive together would make one long turn of it, in which no other call is read.
 */
export function createAnswerTurns(): AnswerTurns {
  const waiting: (() => void)[] = [];
  let isTaken = false;

  function endTurn(): void {
    const first = waiting.splice(0, Math.min(MOST_A_TURN, Math.ceil(waiting.length * PART)));
    isTaken = first.length > 0;
    if (!isTaken) return;
    setImmediate(endTurn);
    for (const begin of first) begin();
  }

  return {
    next() {
      if (isTaken) return new Promise((resolve) => waiting.push(resolve));
      isTaken = true;
      setImmediate(endTurn);
      return Promise.resolve();
    },
  };
}
