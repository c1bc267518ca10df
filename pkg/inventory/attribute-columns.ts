/** Attributes of Cognito that have a column of their own, in the order of the columns: any text, or `true` and `false`. */
export const ATTRIBUTE_COLUMNS = [
  ["email", "text"],
  ["email_verified", "flag"],
  ["phone_number", "text"],
  ["phone_number_verified", "flag"],
  ["given_name", "text"],
  ["family_name", "text"],
  ["name", "text"],
  ["preferred_username", "text"],
] as const;

export type AttributeKind = (typeof ATTRIBUTE_COLUMNS)[number][1];
