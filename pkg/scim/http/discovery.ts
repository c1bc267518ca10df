import type { JsonObject } from "../resource.ts";
import { LIST_URN } from "../resource.ts";
import { ScimError } from "../scim-error.ts";

/** The documents by which a client finds out what the service can do. */
export interface Discovery {
  serviceProviderConfig(): JsonObject;
  resourceTypes(): Promise<readonly JsonObject[]>;
  schemas(): Promise<readonly JsonObject[]>;
}

/** All of them as a list, or the one with the id. */
export async function discovered(
  discovery: Discovery,
  is: "resource-types" | "schemas",
  id: string | undefined,
): Promise<JsonObject> {
  const all = await (is === "schemas" ? discovery.schemas() : discovery.resourceTypes());
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
