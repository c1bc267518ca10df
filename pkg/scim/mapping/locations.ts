import type { User } from "../../core/user.ts";
import type { ResourceKind } from "../resource.ts";
import type { MappingContext } from "./context.ts";

/** The id that no other user has had, or in the profile of Starling the username. */
export function userIdOf(
  user: Pick<User, "sub" | "username">,
  { profile }: Pick<MappingContext, "profile">,
): string {
  return profile === "starling" ? user.username : user.sub;
}

/** Group names are ids of the pool, but may have any character: encoded they need no escape in a path. */
export function groupIdOf(name: string, { profile }: Pick<MappingContext, "profile">): string {
  return profile === "starling" ? name : Buffer.from(name, "utf8").toString("base64url");
}

/** The group name that the id is, or undefined when no group can have the id. */
export function groupNameOfId(id: string, context: Pick<MappingContext, "profile">): string | undefined {
  if (id === "") return undefined;
  if (context.profile === "starling") return id;
  const name = Buffer.from(id, "base64url").toString("utf8");
  // One id for each name: what decodes to the name and is not its id is no id.
  return groupIdOf(name, context) === id ? name : undefined;
}

/** The absolute URL of a resource, with every character of the id that needs it escaped. */
export function locationOf(
  kind: ResourceKind,
  id: string,
  { baseUrl }: Pick<MappingContext, "baseUrl">,
): string {
  return `${baseUrl}/${kind}s/${encodeURIComponent(id)}`;
}
