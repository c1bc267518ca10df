// Answers that wait for their clients to read them. They are memory, and a client decides how long it takes.
import type { ScimLimits } from "./limits.ts";

export interface AnswerBudget {
  /** An answer of so many bytes is sent. Call what it returns once it has left, or its connection is closed. */
  sent(caller: string, bytes: number, cut: () => void): () => void;
}

interface Unread {
  readonly bytes: number;
  readonly cut: () => void;
}

interface Reader {
  bytes: number;
  /** In the order in which they were sent. */
  readonly answers: Set<Unread>;
}

/** Above the bound, the oldest answer of the caller with the most is given up with its connection. */
export function createAnswerBudget({ unreadBytes }: Pick<ScimLimits, "unreadBytes">): AnswerBudget {
  const readers = new Map<string, Reader>();
  let all = 0;
  const isOver = (): boolean => all > unreadBytes && readers.size > 0;

  function remove(caller: string, answer: Unread): void {
    const reader = readers.get(caller);
    if (reader?.answers.delete(answer) !== true) return;
    reader.bytes -= answer.bytes;
    all -= answer.bytes;
    if (reader.answers.size === 0) readers.delete(caller);
  }

  function giveUpOne(): void {
    const [most] = [...readers].toSorted(([, a], [, b]) => b.bytes - a.bytes);
    if (most === undefined) return;
    const [caller, { answers }] = most;
    const [oldest] = answers;
    if (oldest === undefined) return;
    remove(caller, oldest);
    oldest.cut();
  }

  return {
    sent(caller, bytes, cut) {
      const answer: Unread = { bytes, cut };
      const reader = readers.get(caller) ?? { bytes: 0, answers: new Set() };
      readers.set(caller, reader);
      reader.answers.add(answer);
      reader.bytes += bytes;
      all += bytes;
      while (isOver()) giveUpOne();
      return () => remove(caller, answer);
    },
  };
}
