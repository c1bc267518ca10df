import type { Group } from "../../core/group.ts";
import type { User } from "../../core/user.ts";
import type { UserTexts } from "../mapping/user-text.ts";
import type { AttributePath, Filter } from "../protocol/filter-tree.ts";
import type { KeptResource } from "../records.ts";
import type { GroupRef, MemberRef, Projection, ResourceKind, ScimResource } from "../resource.ts";

/** What lists need of the mapping and of the protocol. */
export interface ListMapping {
  user(user: User, kept: KeptResource | undefined, groups: readonly GroupRef[] | undefined): ScimResource;
  group(
    group: Group,
    kept: KeptResource | undefined,
    members: readonly MemberRef[] | undefined,
  ): ScimResource;
  projector(kind: ResourceKind, projection: Projection): (resource: ScimResource) => ScimResource;
  /** The JSON texts of users as the projector shows them; undefined where it takes the resource itself. */
  userTexts(projection: Projection): UserTexts | undefined;
  wants(projection: Projection, attribute: "groups" | "members"): boolean;
  matcher(filter: Filter): (resource: ScimResource) => boolean;
  comparator(path: AttributePath): (a: ScimResource, b: ScimResource) => number;
  /** Whether externalId is only kept beside the pool: then what keeps it is all that has it. */
  readonly keepsExternalId: boolean;
  /** Whether an account is active exactly where it is enabled. */
  readonly activeIsEnabled: boolean;
  /** The `sub` or the group name behind an id of SCIM; undefined where the id does not show it. */
  keyOfId(kind: ResourceKind, id: string): string | undefined;
}
