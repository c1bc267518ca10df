import { type JsonObject, LIST_URN } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { resourceTypeDocuments, schemaDocuments } from "../schema/documents.ts";
import { ScimError } from "../scim-error.ts";

/** All documents of the kind as a list, or the one with the id. */
export function discovered(
  is: "resource-types" | "schemas",
  id: string | undefined,
  schemas: readonly ResourceSchemas[],
  baseUrl: string,
): JsonObject {
  const documents = is === "schemas" ? schemaDocuments : resourceTypeDocuments;
  const all = documents(schemas, baseUrl);
  if (id === undefined) {
    return {
      schemas: [LIST_URN],
      totalResults: all.length,
      itemsPerPage: all.length,
      startIndex: 1,
      Resources: all,
    };
  }
  // URNs compare in any letter case.
  const wanted = id.toLowerCase();
  const one = all.find((each) => typeof each["id"] === "string" && each["id"].toLowerCase() === wanted);
  if (one === undefined) throw new ScimError(404, "there is no such document");
  return one;
}
