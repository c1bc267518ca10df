import type { ListAnswer } from "../../pkg/scim/pool-view.ts";

/** The JSON text of the resources of a list. */
export function resourcesText(resources: ListAnswer["resources"]): string {
  return typeof resources === "string" ? resources : new TextDecoder().decode(resources);
}
