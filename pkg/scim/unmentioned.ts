import { isListValue, isObjectValue } from "./protocol/json.ts";
import type { JsonValue, ScimResource } from "./resource.ts";

/**
 * The resource of a PUT with the extensions that it does not mention, as they are: its client knows nothing of them, and does
 * not mean to clear them.
 */
export function withUnmentioned(
  resource: ScimResource,
  current: ScimResource,
  body: JsonValue,
): ScimResource {
  const mentioned = new Set([...Object.keys(resource), ...schemasOf(body)].map((name) => name.toLowerCase()));
  const others = Object.entries(current).filter(
    ([name]) => name.toLowerCase().startsWith("urn:") && !mentioned.has(name.toLowerCase()),
  );
  return { ...resource, ...Object.fromEntries(others) };
}

function schemasOf(body: JsonValue): readonly string[] {
  if (!isObjectValue(body)) return [];
  const lists = Object.entries(body).flatMap(([name, value]) =>
    name.toLowerCase() === "schemas" && isListValue(value) ? value : [],
  );
  const urns = Object.keys(body).filter((name) => name.toLowerCase().startsWith("urn:"));
  return [...urns, ...lists.filter((one) => typeof one === "string")];
}
