import type { MappingContext } from "../mapping/context.ts";
import { scimGroup } from "../mapping/group-resource.ts";
import { groupNameOfId } from "../mapping/locations.ts";
import { scimUser } from "../mapping/user-resource.ts";
import { userTexts } from "../mapping/user-text.ts";
import { matcherOf } from "../protocol/evaluate.ts";
import { projectorOf, shownAmounts, wantsAttribute } from "../protocol/projection.ts";
import { compareBy } from "../protocol/sorting.ts";
import { groupSchemas } from "../schema/group-schema.ts";
import { userSchemas } from "../schema/user-schema.ts";
import type { ListMapping } from "./list-mapping.ts";

/** Lists show users and groups as single answers do. */
export function listMappingOf(context: MappingContext): ListMapping {
  const schemas = { User: userSchemas(context), Group: groupSchemas(context) };
  const all = [schemas.User, schemas.Group];
  return {
    user: (user, kept, groups) => scimUser(user, { kept, groups }, context),
    group: (group, kept, members) => scimGroup(group, { kept, members }, context),
    projector: (kind, projection) => projectorOf(projection, schemas[kind]),
    userTexts: (projection) => userTexts(context, shownAmounts(projection, schemas.User)),
    wants: wantsAttribute,
    matcher: matcherOf,
    comparator: (path) => compareBy(path, all),
    keepsExternalId: context.externalIdAttribute === undefined,
    activeIsEnabled: context.profile === "strict",
    keyOfId(kind, id) {
      if (kind === "Group") return groupNameOfId(id, context);
      // In the profile of Starling the id is the username.
      return context.profile === "strict" ? id : undefined;
    },
  };
}
