import { COGNITO_USER_URN, type ScimResource } from "../resource.ts";
import type { MappingContext } from "./context.ts";
import { invalidScimValue, ownMember, sentAttribute } from "./values.ts";

/** An attribute of the pool with a flag that says whether the person has shown that it is theirs. */
export interface Contact {
  readonly source: "email" | "phone_number";
  readonly flag: string;
  readonly words: string;
  /** How SCIM names it. */
  readonly path: string;
}

export const SCIM_CONTACTS: readonly Contact[] = [
  { source: "email", flag: "email_verified", words: "e-mail address", path: "emails" },
  { source: "phone_number", flag: "phone_number_verified", words: "phone number", path: "phoneNumbers" },
];

/** Whether a client may write the flag: in Starling's profile, and where the identity provider is not the authority. */
export function isFlagWritable({ source }: Contact, context: MappingContext): boolean {
  return context.profile === "starling" || !isVerifiedByProvider(source, context);
}

/** What a new address gets as its flag. Undefined: the provisioner decides. */
export function verifiedTextOf(
  contact: Contact,
  resource: ScimResource,
  context: MappingContext,
): string | undefined {
  const given = givenFlag(contact, resource, context);
  if (given !== undefined) return String(given);
  return isVerifiedByProvider(contact.source, context) ? "true" : undefined;
}

/** The flag as the client sent it, where it may write it. */
export function givenFlag(
  contact: Contact,
  resource: ScimResource,
  context: MappingContext,
): boolean | undefined {
  if (!isFlagWritable(contact, context)) return undefined;
  const value = ownMember(sentAttribute(resource, COGNITO_USER_URN), contact.flag) ?? undefined;
  if (value === undefined || typeof value === "boolean") return value;
  throw invalidScimValue(`${COGNITO_USER_URN}:${contact.flag}`, "must be true or false");
}

function isVerifiedByProvider(source: Contact["source"], context: MappingContext): boolean {
  return source === "email" ? context.emailsVerified : context.phonesVerified;
}
