import { escapedCharacter } from "../core/text.ts";

// Control characters (ANSI sequences start with one), line and paragraph separators, and the marks that change the
// direction of writing. A name may contain them, and a terminal would act on them.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The text as one line that is safe for a terminal: an unprintable character becomes `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapedCharacter);
}
