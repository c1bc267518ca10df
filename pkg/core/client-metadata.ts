import { repeatsName } from "./json-names.ts";
import { isRecord } from "./unknown.ts";

/** What Cognito hands to the pool's Lambda triggers with a call. The values are never logged and never kept. */
export type ClientMetadata = ReadonlyMap<string, string>;

export type ParsedClientMetadata = { readonly value: ClientMetadata } | { readonly problem: string };

/** AWS accepts more. This fits beside the other headers of a gRPC call. */
const MAX_CHARACTERS = 8 * 1024;

/**
 * Reads `key=value` pairs with commas between them, or a JSON object of texts. A comma begins the next pair only where a
 * `key=` follows it, so a value may contain commas. A problem names no value.
 */
export function parseClientMetadata(text: string): ParsedClientMetadata {
  const entries = text.trimStart().startsWith("{") ? fromJson(text) : fromPairs(text);
  if (typeof entries === "string") return { problem: entries };
  const value = new Map<string, string>();
  let length = 0;
  for (const [key, one] of entries) {
    if (key.trim() === "") return { problem: "a key is empty; give KEY=VALUE" };
    if (value.has(key)) return { problem: `the key ${JSON.stringify(key)} is given twice; keep one` };
    length += key.length + one.length;
    value.set(key, one);
  }
  if (length > MAX_CHARACTERS) {
    return { problem: `keys and values together have more than ${MAX_CHARACTERS} characters` };
  }
  return { value };
}

function fromPairs(text: string): readonly (readonly [string, string])[] | string {
  const pairs: (readonly [string, string])[] = [];
  for (const piece of text.split(/,(?=[^,=]*=)/)) {
    const at = piece.indexOf("=");
    if (at < 0) return "must be KEY=VALUE, such as ticket=4711, or a JSON object of texts";
    pairs.push([piece.slice(0, at).trim(), piece.slice(at + 1)]);
  }
  return pairs;
}

function fromJson(text: string): readonly (readonly [string, string])[] | string {
  const shape = 'must be a JSON object of texts, such as {"ticket": "4711"}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return shape;
  }
  if (!isRecord(value)) return shape;
  if (repeatsName(text)) return "a member is given twice; keep one";
  const pairs: (readonly [string, string])[] = [];
  for (const [key, one] of Object.entries(value)) {
    if (typeof one !== "string") return shape;
    pairs.push([key, one]);
  }
  return pairs;
}

/** The defaults with what one change adds or replaces; undefined when there is nothing. */
export function mergedClientMetadata(
  defaults: ClientMetadata | undefined,
  own: ClientMetadata | undefined,
): ClientMetadata | undefined {
  if (defaults === undefined) return own;
  return own === undefined ? defaults : new Map([...defaults, ...own]);
}
