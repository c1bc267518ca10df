import type { User } from "../../core/user.ts";
import type { KeptValues } from "../records.ts";
import {
  COGNITO_USER_URN,
  ENTERPRISE_URN,
  type GroupRef,
  type JsonObject,
  type ScimResource,
  USER_URN,
} from "../resource.ts";
import type { MappingContext } from "./context.ts";
import { presentText } from "./forms.ts";
import { type KeptView, keptView } from "./kept.ts";
import { groupIdOf, locationOf, userIdOf } from "./locations.ts";
import { ResourceBuilder } from "./resource-values.ts";
import { signInNames } from "./user-name.ts";

/** What a user is made of beside the profile in the pool. */
export interface UserParts {
  readonly kept: KeptValues | undefined;
  /** Undefined: not asked for. */
  readonly groups: readonly GroupRef[] | undefined;
}

/** A user as SCIM shows it, without its version. */
export function scimUser(user: User, { kept, groups }: UserParts, context: MappingContext): ScimResource {
  const view = keptView(user, kept, context);
  const id = userIdOf(user, context);
  const resource = new ResourceBuilder();
  resource.set("schemas", [USER_URN]);
  resource.set("id", id);
  if (context.externalIdAttribute === undefined) resource.set("externalId", kept?.externalId);
  resource.set("userName", view.userName ?? signInNames(user, context)[0]?.text ?? user.username);
  for (const binding of context.bindings) resource.setAt(binding, view.value(binding));
  setNames(resource, user, kept, context);
  resource.set("active", isActive(user, context));
  if (groups !== undefined)
    resource.set(
      "groups",
      groups.map((group) => groupItem(group, context)),
    );
  setFlags(resource, user);
  const { baseUrl } = context;
  resource.set("schemas", [
    USER_URN,
    ...[ENTERPRISE_URN, COGNITO_USER_URN].filter((urn) => resource.has(urn)),
  ]);
  resource.set("meta", {
    resourceType: "User",
    created: user.createdAt.toISOString(),
    lastModified: user.modifiedAt.toISOString(),
    location: locationOf("User", id, { baseUrl }),
  });
  return resource.build();
}

/** The userName as SCIM shows it. */
export function userNameOf(user: User, kept: KeptValues | undefined, context: MappingContext): string {
  const view: KeptView = keptView(user, kept, context);
  return view.userName ?? signInNames(user, context)[0]?.text ?? user.username;
}

/** Only CONFIRMED is active in the profile of Starling, and never a disabled user. */
export function isActive({ enabled, status }: User, { profile }: MappingContext): boolean {
  return enabled && (profile === "strict" || status === "CONFIRMED");
}

/** The attribute of the pool that a displayName without a value of its own is taken from; undefined in Starling's profile. */
export function displayNameSource({ profile, displayNameAttribute }: MappingContext): string | undefined {
  return profile === "starling" ? undefined : (displayNameAttribute ?? "name");
}

function setNames(
  resource: ResourceBuilder,
  user: User,
  kept: KeptValues | undefined,
  context: MappingContext,
): void {
  if (context.profile === "starling") {
    resource.set("displayName", user.username);
    resource.setAt({ urn: undefined, attribute: "name", sub: "formatted" }, user.username);
  } else if (context.displayNameAttribute === undefined) {
    const hidden = kept?.values["displayName"] === null;
    resource.set(
      "displayName",
      kept?.displayName ?? (hidden ? undefined : presentText(user.attributes, "name")),
    );
  }
}

function groupItem({ name, displayName }: GroupRef, context: MappingContext): JsonObject {
  const value = groupIdOf(name, context);
  return { value, $ref: locationOf("Group", value, context), display: displayName, type: "direct" };
}

/** A flag says something only of an address that is there. */
function setFlags(resource: ResourceBuilder, user: User): void {
  const at = (attribute: string) => ({ urn: COGNITO_USER_URN, attribute, sub: undefined });
  resource.setAt(at("userStatus"), user.status);
  for (const contact of ["email", "phone_number"]) {
    if (presentText(user.attributes, contact) === undefined) continue;
    const flag = `${contact}_verified`;
    resource.setAt(at(flag), user.attributes.get(flag) === "true");
  }
}
