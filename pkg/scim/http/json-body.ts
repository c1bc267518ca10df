// From the bytes of a body to JSON, with bounds on what it may become in memory.
import type { JsonValue } from "../resource.ts";
import { badRequest } from "../scim-error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Names that would reach the prototype of an object. No attribute of SCIM has one of them. */
const UNSAFE_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Throws a ScimError 400 for what is not JSON, not UTF-8, nested too deep, or has an unsafe name. */
export function parseJsonBody(bytes: Uint8Array, maxDepth: number): JsonValue {
  if (depthExceeds(bytes, maxDepth)) {
    throw badRequest("invalidSyntax", `the body is nested deeper than ${maxDepth}`);
  }
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

/** Counted before parsing: each level costs far more memory than its byte. */
function depthExceeds(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
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
      if (depth > maxDepth) return true;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
    }
  }
  return false;
}

/** What JSON.parse returns is a JsonValue; only the names have to be looked at. */
function requireSafe(value: unknown): asserts value is JsonValue {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (UNSAFE_NAMES.has(name)) throw badRequest("invalidSyntax", `${name} is not the name of an attribute`);
    requireSafe(inner);
  }
}
