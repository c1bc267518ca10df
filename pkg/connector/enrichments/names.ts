import type { User } from "../../core/user.ts";

/** The first of these that is not blank: name, given and family name, preferred username, e-mail, username. */
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

/** The parts of the name; an empty object when Cognito has none of them. */
export function structuredName(user: User) {
  const given = user.attributes.get("given_name") ?? "";
  const family = user.attributes.get("family_name") ?? "";
  const middle = user.attributes.get("middle_name") ?? "";
  if (given === "" && family === "" && middle === "") return {};
  const middleNames = middle === "" ? [] : [middle];
  return { structuredName: { givenName: given, familyName: family, middleNames } };
}
