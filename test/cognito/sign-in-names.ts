import { AwsError, invalidParameter } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { StoredUser } from "./stored-user.ts";

const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/u.test(text);
const isPhone = (text: string): boolean => /^\+[0-9]+$/u.test(text);

/** The attribute that a new username becomes in a pool that signs in by e-mail or phone; undefined elsewhere. */
export function usernameAttribute(pool: Pool, username: string): "email" | "phone_number" | undefined {
  const { usernameAttributes, aliasAttributes } = pool.settings;
  const byEmail = usernameAttributes.includes("email");
  const byPhone = usernameAttributes.includes("phone_number");
  if (byEmail && isEmail(username)) return "email";
  if (byPhone && isPhone(username)) return "phone_number";
  if (byEmail && byPhone) throw invalidParameter("Username should be either an email or a phone number.");
  if (byEmail) throw invalidParameter("Username should be an email.");
  if (byPhone) throw invalidParameter("Username should be a phone number.");
  if (aliasAttributes.includes("email") && isEmail(username)) {
    throw invalidParameter(
      "Username cannot be of email format, since user pool is configured for email alias.",
    );
  }
  if (aliasAttributes.includes("phone_number") && isPhone(username)) {
    throw invalidParameter(
      "Username cannot be of phone number format, since user pool is configured for phone number alias.",
    );
  }
  return undefined;
}

const label = {
  email: "email",
  phone_number: "phone number",
  preferred_username: "preferred username",
} as const;

export type SignInName = keyof typeof label;

export const signInNames: readonly SignInName[] = ["email", "phone_number", "preferred_username"];

export const taken = (name: SignInName, code: "AliasExistsException" | "UsernameExistsException"): AwsError =>
  new AwsError(code, `An account with the given ${label[name]} already exists.`);

/** Other users' sign-in names that a profile with these attributes would take over. */
export function contested(
  pool: Pool,
  attributes: ReadonlyMap<string, string>,
  self: StoredUser | undefined,
): { readonly name: SignInName; readonly owner: StoredUser }[] {
  const { usernameAttributes, aliasAttributes } = pool.settings;
  const found: { readonly name: SignInName; readonly owner: StoredUser }[] = [];
  for (const name of signInNames) {
    const verified = name === "preferred_username" || attributes.get(`${name}_verified`) === "true";
    const counts =
      usernameAttributes.some((one) => one === name) || (aliasAttributes.includes(name) && verified);
    const value = attributes.get(name);
    const owner = counts && value !== undefined ? pool.ownerOf(name, value) : undefined;
    if (owner !== undefined && owner !== self) found.push({ name, owner });
  }
  return found;
}
