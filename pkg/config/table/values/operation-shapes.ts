import type { JsonObject } from "@bufbuild/protobuf";
import { repeatsName } from "../../../core/json-names.ts";
import type { Parsed } from "../setting.ts";

/** A JSON object. The problem never contains any of it. */
export function jsonObject(given: string): Parsed<JsonObject> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    return { problem: 'must be a JSON object such as {"given_name": "Ada"}, and is not JSON' };
  }
  if (!isObject(parsed)) return { problem: 'must be a JSON object such as {"given_name": "Ada"}' };
  return repeatsName(given) ? { problem: "has a member twice; keep one" } : { value: parsed };
}

/** Baton reads this text as a flag. */
export function flagAsText(given: string): Parsed<boolean> {
  return { value: !["false", "0", "no", "off"].includes(given.toLowerCase()) };
}

/** For parsed JSON only: the members are then JSON too. */
function isObject(parsed: unknown): parsed is JsonObject {
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
}
