// AWS's own text of an error, made fit to be shown: what it may quote of a person is taken out (D20).

import { Buffer } from "node:buffer";
import { clipBytes } from "../../core/text.ts";

const MAX_BYTES = 300;
const HIDDEN = "[hidden]";
/** A shorter value is hidden only where it is a word of its own: the letter "a" is in every text. */
const MIN_PART = 4;

/** Words of AWS's texts, which stay readable also when they are a part of a value. */
const ORDINARY: ReadonlySet<string> = new Set(
  (
    "about address after alias allowed already also aliases argument attribute attributes aws because been being " +
    "before cannot characters cognito configuration configured confirmed contain could custom does disabled domain " +
    "email enabled error exist exists expired external failed failure federated field format found from given group " +
    "groups have input invalid invalidparameterexception invitation invocation lambda less length limit list login " +
    "mail match maximum member message messages minimum missing mobile more must name names null number only or " +
    "operation parameter password passwords permanent phone phone_number policy pool post pre preferred_username " +
    "presignup profile provided provider refused region rejected request required role schema sign signup size sms " +
    "state status string supported template temporary text than that there this token trigger true false type " +
    "unknown update updated user username users using valid validation value values verified when with without your"
  ).split(" "),
);

/** The expressions below take time that grows with the square of the text, and a trigger may answer megabytes. */
const MAX_READ_BYTES = 8 * 1024;

/**
 * The text as one line without any value that was sent, in whole or in part, in any case and escaped for JSON or a URL,
 * and without anything that looks like an address, a phone number, an id or a key, no matter who sent it.
 */
export function shownText(text: string, sent: readonly string[]): string {
  const values = sent.map(folded).filter((value) => value.trim() !== "");
  let shown = clipBytes(text, MAX_READ_BYTES).normalize("NFKC");
  const wanted = new Set([...values, ...sent.filter((value) => value.trim() !== "")]);
  const whole = wholeValues([...wanted], shown.length);
  if (whole !== undefined) shown = shown.replace(whole, HIDDEN);
  shown = shown
    // "Value 'x' at 'username' failed": the value, whatever it is.
    .replace(/\bvalue '[^]*?'(?= |$|:|,)/giu, `value '${HIDDEN}'`)
    .replace(/[^\s'"`()<>{}[\],;=]+/gu, (word) => (hides(word, values) ? HIDDEN : word));
  return clipBytes(oneLine(shown), MAX_BYTES);
}

function hides(word: string, values: readonly string[]): boolean {
  if (word === "hidden" || /^arn:aws[\w-]*:lambda:/.test(word)) return false;
  if (looksPersonal(word)) return true;
  const bare = folded(word).replace(/^[^\p{L}\p{N}+]+|[^\p{L}\p{N}]+$/gu, "");
  if (bare.length < MIN_PART || ORDINARY.has(bare)) return false;
  return values.some(
    (value) => value.includes(bare) || (/\d{4}/.test(bare) && digits(value).includes(digits(bare))),
  );
}

/** An e-mail address, a phone number, an id of letters and digits; not an error code such as `HR-2041`. */
function looksPersonal(word: string): boolean {
  if (word.includes("@") || word.includes("%40")) return true;
  if (digits(word).length >= 7) return true;
  const bare = word.replace(/[.,:;!?]+$/, "");
  return (
    bare.length >= 6 && /\d/.test(bare) && /\p{L}/u.test(bare) && !/^[A-Z]{1,8}[-_:]?\d{1,5}$/.test(bare)
  );
}

/**
 * Longest first, so that a value is not cut by another that it contains. One that is longer than the text is not in it, and
 * could be too long for an expression.
 */
function wholeValues(values: readonly string[], textLength: number): RegExp | undefined {
  const forms = [...new Set(values.flatMap(formsOf))].filter(
    (form) => form.length <= textLength && !ORDINARY.has(form),
  );
  if (forms.length === 0) return undefined;
  const patterns = forms
    .toSorted((a, b) => b.length - a.length)
    .map((form) =>
      form.length < MIN_PART ? `(?<![\\p{L}\\p{N}])${escaped(form)}(?![\\p{L}\\p{N}])` : escaped(form),
    );
  return new RegExp(patterns.join("|"), "giu");
}

/** A value as it may be quoted: as it is, in JSON, in JSON of JSON, in a URL, in HTML, in base64. */
function formsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const html = value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  const url = encodeURIComponent(value.toWellFormed());
  return [
    value,
    value.trim(),
    json,
    JSON.stringify(json).slice(1, -1),
    html,
    url,
    url.replaceAll("%20", "+"),
    ...(value.length < MIN_PART ? [] : [Buffer.from(value).toString("base64").replace(/=+$/, "")]),
  ];
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function digits(text: string): string {
  return text.replace(/\D+/g, "");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Line breaks become blanks; other characters that a terminal would act on become `\u{1b}`. */
function oneLine(text: string): string {
  return text
    .replace(/\s+/gu, " ")
    .replace(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .trim();
}
