/** The reason that a caller gives for a change is kept whole in the audit log, so its length is limited before. */
const MAX_CHARACTERS = 500;

/** Why the text cannot be kept as the reason of a change, or undefined. The message does not repeat the text. */
export function justificationProblem(text: string): string | undefined {
  if (text.trim() === "") return "must not be empty";
  if (!text.isWellFormed()) return "is not well-formed Unicode text";
  // Control characters, line separators and direction marks would change what a terminal shows of the audit log.
  if (/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text)) {
    return "must be one line of printable text";
  }
  return Array.from(text).length > MAX_CHARACTERS ? `is longer than ${MAX_CHARACTERS} characters` : undefined;
}
