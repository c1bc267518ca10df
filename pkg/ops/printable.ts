// Control characters (ANSI sequences begin with one), line and paragraph separators, and the marks that turn the
// direction of writing: a name may hold them, and a terminal would obey.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The text as one line that a terminal shows and never obeys: what is unprintable becomes `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
