import type { User } from "../../core/user.ts";

/** The best name there is for a person, down to the username. */
export function displayName(user: User): string {
  const { attributes } = user;
  const fullName = [attributes.get("given_name"), attributes.get("family_name")]
    .filter((part) => part)
    .join(" ");
  const candidates = [
    attributes.get("name"),
    fullName,
    attributes.get("preferred_username"),
    attributes.get("email"),
  ];
  return candidates.find((text) => text !== undefined && text.trim() !== "") ?? user.username;
}

/** The name in parts; nothing when Cognito has none of them. */
export function structuredName(user: User) {
  const given = user.attributes.get("given_name") ?? "";
  const family = user.attributes.get("family_name") ?? "";
  const middle = user.attributes.get("middle_name") ?? "";
  if (given === "" && family === "" && middle === "") return {};
  const middleNames = middle === "" ? [] : [middle];
  return { structuredName: { givenName: given, familyName: family, middleNames } };
}
