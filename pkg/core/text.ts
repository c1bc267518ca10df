const ELLIPSIS = "…";
const ELLIPSIS_BYTES = 3;
/** No UTF-16 unit takes more bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** The text, cut to at most so many bytes of UTF-8 and never inside a character. A cut text ends with an ellipsis. */
export function clipBytes(text: string, maxBytes: number): string {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return text;
  let bytes = 0;
  let kept = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > maxBytes) return text.slice(0, kept) + ELLIPSIS;
    if (bytes <= maxBytes - ELLIPSIS_BYTES) kept += character.length;
  }
  return text;
}

/** Whether the text has more bytes of UTF-8. Half a surrogate pair counts as three, as it does once it is replaced. */
export function hasMoreBytes(text: string, maxBytes: number): boolean {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return false;
  return new TextEncoder().encode(text).length > maxBytes;
}

/** How `withDigest` ends a text. */
export const DIGEST_END = /~[0-9a-f]{16}$/;

/** Whether a reader can see every character of the text, spaces included, and it has no more bytes of UTF-8. */
export function isSeenWhole(text: string, maxBytes: number): boolean {
  return showUnseenButSpaces(text) === text && clipBytes(text, maxBytes) === text;
}

/**
 * The text with what cannot be seen as its code point, cut to so many bytes of UTF-8. It ends with the first 16 digits of
 * its digest, so that two different texts never become equal.
 */
export function withDigest(text: string, maxBytes: number, digestHex: string): string {
  const end = `~${digestHex.slice(0, 16)}`;
  return clipBytes(showUnseenButSpaces(text), maxBytes - end.length) + end;
}

function showUnseenButSpaces(text: string): string {
  return Array.from(text, (one) => (one === " " || isSeen(one) ? one : codePointName(one))).join("");
}

/** The form of a name in the protocol. */
const PROTOCOL_NAME = /^[A-Za-z][\w.-]{0,127}$/;

/**
 * What a caller sent as a name, in quotes for an error. Anything that has not the form of a name of the protocol is `"…"`:
 * it may be a person's address or a password in the wrong place, and errors are logged.
 */
export function quotedName(text: string): string {
  return PROTOCOL_NAME.test(text) || text === "" ? `"${text}"` : `"${ELLIPSIS}"`;
}

function utf8Bytes(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** White space, control characters and characters without a shape: what a reader of the text cannot see. */
const UNSEEN = /[\s\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}]/u;

/** Whether a reader can see the character. */
export function isSeen(character: string): boolean {
  return !UNSEEN.test(character);
}

/** The text with every character that cannot be seen as its code point: `bob<U+0020>`. */
export function showUnseen(text: string): string {
  return Array.from(text, (one) => (isSeen(one) ? one : codePointName(one))).join("");
}

/** As `showUnseen`, with `…` for what can be seen: a person's name is not repeated (D20). */
export function showOnlyUnseen(text: string): string {
  return Array.from(text, (one) => (isSeen(one) ? "…" : codePointName(one)))
    .join("")
    .replace(/…+/g, "…");
}

function codePointName(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `<U+${code}>`;
}

// Some spreadsheets take the wide and small forms for the narrow ones, and pass over what cannot be seen before them.
const FORMULA =
  /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}]*[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/u;

/** Whether a spreadsheet may run a cell with this text as a formula. */
export function beginsFormula(text: string): boolean {
  return FORMULA.test(text);
}

// A line break is LF or CRLF: a terminal goes back to the start of the line at a CR, and writes over it.
const CONTROL_IN_LINES = /[^\P{Cc}\t\n\r]|\r(?!\n)/gu;

/** The text with its tabs and line breaks, and every other control character as `\u{1b}`. */
export function printableLines(text: string): string {
  return text.replace(CONTROL_IN_LINES, escapedCharacter);
}

export function escapedCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
