import type { User } from "../../core/user.ts";
import type { KeptValues } from "../records.ts";
import {
  COGNITO_USER_URN,
  ENTERPRISE_URN,
  type GroupRef,
  type JsonObject,
  type JsonValue,
  type ScimResource,
  USER_URN,
} from "../resource.ts";
import type { Binding } from "./binding.ts";
import { SCIM_CONTACTS } from "./contacts.ts";
import type { MappingContext } from "./context.ts";
import { presentText, valueOfText } from "./forms.ts";
import { keptView } from "./kept.ts";
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
  const view = kept === undefined ? undefined : keptView(user, kept, context);
  const id = userIdOf(user, context);
  const resource = new ResourceBuilder();
  const schemas = [USER_URN];
  resource.set("schemas", schemas);
  resource.set("id", id);
  if (context.externalIdAttribute === undefined) resource.set("externalId", kept?.externalId);
  resource.set("userName", view?.userName ?? shownName(user, context));
  for (const binding of context.bindings) {
    const value = view === undefined ? pooledValue(user, binding) : view.value(binding);
    if (value !== undefined) resource.setAt(binding, value);
  }
  setNames(resource, user, kept, context);
  resource.set("active", isActive(user, context));
  if (groups !== undefined)
    resource.set(
      "groups",
      groups.map((group) => groupItem(group, context)),
    );
  setFlags(resource, user);
  for (const urn of EXTENSIONS) if (resource.has(urn)) schemas.push(urn);
  resource.set("meta", {
    resourceType: "User",
    created: user.createdAt.toISOString(),
    lastModified: user.modifiedAt.toISOString(),
    location: locationOf("User", id, context),
  });
  return resource.build();
}

const EXTENSIONS = [ENTERPRISE_URN, COGNITO_USER_URN] as const;

function pooledValue({ attributes }: User, binding: Binding): JsonValue | undefined {
  const text = attributes.get(binding.source.name);
  return text === undefined || text === "" ? undefined : valueOfText(binding, text);
}

/** The userName as SCIM shows it. */
export function userNameOf(user: User, kept: KeptValues | undefined, context: MappingContext): string {
  const written = kept === undefined ? undefined : keptView(user, kept, context).userName;
  return written ?? shownName(user, context);
}

/** The userName of a user of whom nothing is kept. */
export function shownName(user: User, context: MappingContext): string {
  return signInNames(user, context)[0]?.text ?? user.username;
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

/** A group of a user. */
export function groupItem({ name, displayName }: GroupRef, context: MappingContext): JsonObject {
  const value = groupIdOf(name, context);
  return { value, $ref: locationOf("Group", value, context), display: displayName, type: "direct" };
}

const STATUS = { urn: COGNITO_USER_URN, attribute: "userStatus", sub: undefined };
const FLAGS = SCIM_CONTACTS.map(({ source, flag }) => ({
  source,
  place: { urn: COGNITO_USER_URN, attribute: flag, sub: undefined },
}));

/** A flag says something only of an address that is there. */
function setFlags(resource: ResourceBuilder, { attributes, status }: User): void {
  resource.setAt(STATUS, status);
  for (const { source, place } of FLAGS) {
    if (presentText(attributes, source) === undefined) continue;
    resource.setAt(place, attributes.get(place.attribute) === "true");
  }
}
