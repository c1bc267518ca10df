const moved = new WeakMap<object, readonly ArrayBuffer[]>();

/** The same answer, of which these parts go to the other thread without a copy. This thread has them no longer. */
export function withMovedParts<T extends object>(answer: T, parts: readonly ArrayBuffer[]): T {
  moved.set(answer, parts);
  return answer;
}

export function movedPartsOf(answer: unknown): readonly ArrayBuffer[] {
  return typeof answer === "object" && answer !== null ? (moved.get(answer) ?? []) : [];
}
