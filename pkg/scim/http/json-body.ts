// From the bytes of a body to JSON, with bounds on what it may become in memory.
import { isRecord } from "../../core/unknown.ts";
import type { JsonValue } from "../resource.ts";
import { badRequest, ScimError } from "../scim-error.ts";
import type { ScimLimits } from "./limits.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Names that would reach the prototype of an object. No attribute of SCIM has one of them. */
const UNSAFE_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** What a body may be made of, counted before it is parsed: each part costs far more memory than its bytes. */
export type JsonBounds = Pick<ScimLimits, "jsonDepth" | "jsonValues" | "jsonNames">;

/**
 * Throws a ScimError 400 for what is not JSON, not UTF-8, nested too deep, or has an unsafe name; 413 for too many values, or
 * too many names in one object.
 */
export function parseJsonBody(bytes: Uint8Array, bounds: JsonBounds): JsonValue {
  requireBounded(bytes, bounds);
  const value = parsed(textOf(bytes));
  requireSafe(value);
  return value;
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest("invalidSyntax", "the body is not UTF-8");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the body.
    throw badRequest("invalidSyntax", "the body is not JSON");
  }
}

function requireBounded(bytes: Uint8Array, { jsonDepth, jsonValues, jsonNames }: JsonBounds): void {
  /** Of the objects that are open, from the outermost. */
  const names = new Uint32Array(jsonDepth + 1);
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth > jsonDepth) throw badRequest("invalidSyntax", `the body is nested deeper than ${jsonDepth}`);
      names[depth] = 0;
      values += 1;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
    } else if (byte === COMMA) {
      values += 1;
    } else if (byte === COLON) {
      const count = (names[depth] ?? 0) + 1;
      if (count > jsonNames)
        throw new ScimError(413, `an object of the body has more than ${jsonNames} names`);
      names[depth] = count;
    }
    if (values > jsonValues) throw new ScimError(413, `the body has more than ${jsonValues} values`);
  }
}

/** What JSON.parse returns is a JsonValue; only the names have to be looked at. */
function requireSafe(value: unknown): asserts value is JsonValue {
  if (!isRecord(value)) {
    if (Array.isArray(value)) for (const item of value) requireSafe(item);
    return;
  }
  for (const name of Object.keys(value)) {
    if (UNSAFE_NAMES.has(name)) throw badRequest("invalidSyntax", `${name} is not the name of an attribute`);
    requireSafe(value[name]);
  }
}
