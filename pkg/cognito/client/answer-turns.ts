/** Gives the work that follows each answer of AWS a turn of the event loop of its own. */
export interface AnswerTurns {
  /** Resolves at once where no answer had this turn. */
  next(): Promise<void>;
}

/** Of fewer rows an answer makes little work. A change, which makes several calls, would wait at each of them. */
const MANY_ROWS = 10;

export function hasManyRows(answer: object): boolean {
  return Object.values(answer).some((value) => Array.isArray(value) && value.length > MANY_ROWS);
}

/**
 * An answer makes work until its own answer is sent: a page of users is built and encoded, all in one turn. Answers that
 * arrive together would make one long turn of it, in which no other call is read.
 */
export function createAnswerTurns(): AnswerTurns {
  const waiting: (() => void)[] = [];
  let isTaken = false;

  function endTurn(): void {
    const first = waiting.shift();
    isTaken = first !== undefined;
    if (first === undefined) return;
    setImmediate(endTurn);
    first();
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
