import { GovernanceError } from "../core/errors.ts";
import type { ScopeSelection, SyncChoice, SyncScope } from "../core/sync-scope.ts";
import { quotedName } from "../core/text.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";

/**
 * What a run reads to give what is asked for, as Go's syncer understands it: of chosen resources those of the chosen types
 * count, each once, and those of an unknown type are passed over. The order in which they are named does not matter. `invalid-argument` when it names no type of ours, or nothing.
 */
export function chooseScope(choice: SyncChoice): SyncScope {
  const { resourceTypeIds, resources } = choice;
  for (const id of resourceTypeIds) {
    if (id === USER_TYPE || id === GROUP_TYPE) continue;
    throw new GovernanceError(
      "invalid-argument",
      `invalid resource type ${quotedName(id)} in the filter of the sync`,
    );
  }
  const depth = depthOf(choice);
  const isWanted = (type: string): boolean => resourceTypeIds.length === 0 || resourceTypeIds.includes(type);
  if (resources.length === 0) {
    const all = (type: string): ScopeSelection => (isWanted(type) ? "all" : []);
    const [users, groups] = [all(USER_TYPE), all(GROUP_TYPE)];
    // The other side of every grant is a user, and a grant without it is not kept.
    const hasGrants = depth === "grants" && users === "all";
    return { users, groups, depth: depth === "grants" && !hasGrants ? "entitlements" : depth };
  }
  const chosen = (type: string): readonly string[] =>
    isWanted(type)
      ? [
          ...new Set(resources.filter((one) => one.resourceType === type).map((one) => one.resource)),
        ].toSorted()
      : [];
  const [users, groups] = [chosen(USER_TYPE), chosen(GROUP_TYPE)];
  if ([...users, ...groups].includes("")) {
    throw new GovernanceError("invalid-argument", "a chosen resource has no id");
  }
  if (users.length + groups.length === 0) {
    throw new GovernanceError("invalid-argument", "none of the chosen resources is of a type that is synced");
  }
  return { users, groups, depth };
}

function depthOf({ skipEntitlementsAndGrants, skipGrants }: SyncChoice): SyncScope["depth"] {
  if (skipEntitlementsAndGrants) return "resources";
  return skipGrants ? "entitlements" : "grants";
}
