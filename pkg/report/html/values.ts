import { escapedHtml, Html } from "./html.ts";

/** A longer value is cut in the page; the CSV files have it whole. */
const MOST_CHARACTERS = 256;

const NUMBER = new Intl.NumberFormat("en");

/**
 * A value that somebody else wrote, such as a name: in its own direction of writing, and with each character that cannot be
 * seen as its code point.
 */
export function foreignValue(text: string): Html {
  if (PLAIN.test(text)) return new Html(`<bdi>${escapedHtml(text)}</bdi>`);
  const characters = Array.from(text);
  const shown = characters.slice(0, MOST_CHARACTERS);
  const rest =
    shown.length === characters.length
      ? ""
      : `<span class="cut">… ${NUMBER.format(characters.length)} characters</span>`;
  return new Html(`<bdi>${revealed(shown)}</bdi>${rest}`);
}

/** ASCII without a space at an end: most values. */
const PLAIN = /^[!-~](?:[ -~]{0,254}[!-~])?$/;

function revealed(characters: readonly string[]): string {
  const first = characters.findIndex((one) => !SPACE.test(one));
  const last = characters.findLastIndex((one) => !SPACE.test(one));
  return characters
    .map((one, i) =>
      i < first || i > last || isUnseen(one, characters[i - 1]) ? codePoint(one) : escapedHtml(one),
    )
    .join("");
}

const SPACE = /\s/u;
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** They join letters of several scripts and parts of emoji. After ASCII they can only deceive. */
const JOINERS: ReadonlySet<string> = new Set(["\u200c", "\u200d", "\ufe0e", "\ufe0f"]);
const ASCII = /^[\0-\x7f]$/;

function isUnseen(character: string, before: string | undefined): boolean {
  if (!UNSEEN.test(character)) return false;
  return !JOINERS.has(character) || before === undefined || ASCII.test(before);
}

function codePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `<span class="code">U+${code}</span>`;
}
