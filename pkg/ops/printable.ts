// Control characters (ANSI sequences start with one), line and paragraph separators, and the marks that change the
// direction of writing. A name may contain them, and a terminal would act on them.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The text as one line that is safe for a terminal: an unprintable character becomes `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

// A line break is LF or CRLF: a terminal goes back to the start of the line at a CR, and writes over it.
const CONTROL_IN_LINES = /[^\P{Cc}\t\n\r]|\r(?!\n)/gu;

/** The text with its tabs and line breaks, and every other control character as `\u{1b}`. */
export function printableLines(text: string): string {
  return text.replace(CONTROL_IN_LINES, escaped);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
