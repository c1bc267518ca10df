import type { ScimResource } from "./resource.ts";

/**
 * The resource of a PUT with the extensions that it does not mention, as they are: its client knows nothing of them, and does
 * not mean to clear them.
 */
export function withUnmentioned(
  resource: ScimResource,
  current: ScimResource,
  mentioned: readonly string[],
): ScimResource {
  const others = Object.entries(current).filter(
    ([name]) => name.startsWith("urn:") && !mentioned.includes(name),
  );
  return { ...resource, ...Object.fromEntries(others) };
}
