import { createHash } from "node:crypto";
import type { JsonObject, JsonValue, ScimResource } from "../resource.ts";
import { isListValue, isObjectValue, memberOf } from "./json.ts";

/**
 * The version of a resource, over all that it shows but the version itself. The order of a list does not count, since Cognito
 * promises none for members.
 */
export function etagOf(resource: ScimResource): string {
  const meta = memberOf(resource, "meta");
  const shown: JsonObject = isObjectValue(meta) ? { ...resource, meta: withoutVersion(meta) } : resource;
  const hash = createHash("sha256").update(unorderedJson(shown)).digest("base64url");
  return `W/"${hash.slice(0, 22)}"`;
}

function withoutVersion(meta: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(meta).filter(([name]) => name !== "version"));
}

function unorderedJson(value: JsonValue): string {
  if (isListValue(value)) return `[${value.map(unorderedJson).sort().join(",")}]`;
  if (!isObjectValue(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${unorderedJson(one)}`);
  return `{${members.sort().join(",")}}`;
}
