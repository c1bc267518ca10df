import { etagOf } from "./protocol/etag.ts";
import { isObjectValue } from "./protocol/json.ts";
import type { ScimResource } from "./resource.ts";
import { ScimError } from "./scim-error.ts";
import type { ScimCall } from "./service.ts";

/** The resource with the version of what it shows. */
export function versioned(
  resource: ScimResource,
): ScimResource & { readonly meta: { readonly version: string } } {
  const { meta } = resource;
  const others = isObjectValue(meta) ? meta : {};
  return { ...resource, meta: { ...others, version: etagOf(resource) } };
}

/**
 * Checks If-Match and If-None-Match of a change. The caller may have read the resource with or without its members: the
 * costlier form is built only when the version of the other is not the one that is asked for.
 */
export async function checkPreconditions(
  { ifMatch, ifNoneMatch }: Pick<ScimCall, "ifMatch" | "ifNoneMatch">,
  forms: readonly (() => ScimResource | Promise<ScimResource>)[],
): Promise<void> {
  if (ifMatch !== undefined && !(await isNamed(ifMatch, forms))) {
    throw new ScimError(412, "the resource has another version than If-Match; read it again");
  }
  if (ifNoneMatch !== undefined && (await isNamed(ifNoneMatch, forms))) {
    throw new ScimError(412, "the resource has the version of If-None-Match");
  }
}

async function isNamed(
  header: string,
  forms: readonly (() => ScimResource | Promise<ScimResource>)[],
): Promise<boolean> {
  if (header.trim() === "*") return true;
  const named = tagsOf(header);
  for (const form of forms) {
    if (named.has(withoutWeak(versioned(await form()).meta.version))) return true;
  }
  return false;
}

/** Clients send the tag with or without W/, and some without its quotes. */
function tagsOf(header: string): ReadonlySet<string> {
  return new Set(header.split(",").map((tag) => withoutWeak(tag.trim())));
}

function withoutWeak(tag: string): string {
  return tag.replace(/^W\//i, "").replace(/^"(.*)"$/s, "$1");
}
