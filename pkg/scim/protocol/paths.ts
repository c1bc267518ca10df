import { quotedName } from "../../core/text.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { resolveAttribute, type ScimAttribute } from "./attributes.ts";
import type { AttributePath } from "./filter-tree.ts";

/** `[urn:]attribute[.sub]` in any letter case, of the first schemas that have it. */
export function parsePath(
  text: string,
  schemas: ResourceSchemas | readonly ResourceSchemas[],
): AttributePath {
  const { urn, definition, sub } = resolvePath(text, schemas);
  return { urn, attribute: definition.name, sub: sub?.name };
}

export function resolvePath(
  text: string,
  schemas: ResourceSchemas | readonly ResourceSchemas[],
): ScimAttribute {
  for (const one of "kind" in schemas ? [schemas] : schemas) {
    const found = resolveAttribute(text.trim(), one);
    if (found.kind === "attribute") return found;
  }
  throw badRequest("invalidPath", `there is no attribute ${quotedName(text)}`);
}
