import { missingRequired } from "../../core/attributes/collect.ts";
import type { AccountRequest } from "../../provision/provisioner.ts";
import type { KeptValues } from "../records.ts";
import { COGNITO_USER_URN, type JsonValue, type ScimResource } from "../resource.ts";
import { pathOfBinding } from "./binding.ts";
import { SCIM_CONTACTS, verifiedTextOf } from "./contacts.ts";
import type { MappingContext } from "./context.ts";
import { poolTextOf } from "./forms.ts";
import { keptForms, type WrittenAttribute } from "./kept.ts";
import { groupNameOfId } from "./locations.ts";
import { boundValueAt } from "./resource-values.ts";
import { isSaidToBePermanent, type SentPassword, sentPassword } from "./sent-password.ts";
import { newSignInName, requiredUserName, type SignInName } from "./user-name.ts";
import {
  booleanAttribute,
  invalidScimValue,
  ownMember,
  sentAttribute,
  sentItems,
  textAttribute,
} from "./values.ts";

/** A new account, as the provisioner takes it, with what is kept beside the pool. */
export interface NewAccount {
  readonly request: AccountRequest;
  /** What the person signs in with. */
  readonly name: SignInName;
  readonly kept: KeptValues;
}

/**
 * What a POST asks for. `newUsername` makes the Username where people sign in by a preferred username: they may change
 * that, but never the Username.
 */
export function newAccountOf(
  resource: ScimResource,
  context: MappingContext,
  newUsername: () => string,
): NewAccount {
  const userName = requiredUserName(resource);
  const name = newSignInName(userName, context);
  const written = context.bindings.map((binding): WrittenAttribute => {
    const wanted = boundValueAt(resource, binding);
    const made = name.source === binding.source.name ? name.text : poolTextOf(binding, wanted);
    return { binding, wanted, text: made, hidden: false };
  });
  const attributes = new Map(
    written.flatMap(({ binding, text }) => (text === undefined ? [] : [[binding.source.name, text]])),
  );
  if (name.source === "preferred_username") attributes.set(name.source, name.text);
  for (const contact of SCIM_CONTACTS) {
    const flag = attributes.has(contact.source) ? verifiedTextOf(contact, resource, context) : undefined;
    if (flag !== undefined) attributes.set(contact.flag, flag);
  }
  assertComplete(attributes, context);
  const invited = invitation(resource, context);
  const password = passwordOf(resource, invited.length > 0, context);
  const groups = wantedGroups(resource, context);
  return {
    request: {
      login: name.source === "preferred_username" ? newUsername() : name.text,
      emails: [],
      profile: new Map<string, unknown>([...attributes, ...invited]),
      credential:
        password === undefined
          ? { kind: "none" }
          : { kind: "given", password: password.secret, temporary: !password.permanent },
      ...(groups !== undefined && { groups }),
      enabled: booleanAttribute(resource, "active") ?? true,
    },
    name,
    kept: keptValues(resource, context, keptForms(userName, written), attributes.get("name")),
  };
}

/** What is kept of a user beside the forms of the single attributes. */
export function keptValues(
  resource: ScimResource,
  context: MappingContext,
  values: Readonly<Record<string, JsonValue>>,
  name: string | undefined,
): KeptValues {
  const displayName = context.profile === "starling" ? undefined : textAttribute(resource, "displayName");
  const isDerived = context.displayNameAttribute === undefined && displayName === name;
  return {
    externalId: textAttribute(resource, "externalId"),
    displayName: isDerived ? undefined : displayName,
    values,
  };
}

/** The groups that a user shall have, by name; undefined: not given, or not to be written. */
export function wantedGroups(resource: ScimResource, context: MappingContext): readonly string[] | undefined {
  const groups = sentAttribute(resource, "groups");
  if (!context.groupFromUser || groups === undefined) return undefined;
  const names = sentItems(groups, "groups", []).map((item) => {
    const id = ownMember(item, "value");
    const name = typeof id === "string" ? groupNameOfId(id, context) : undefined;
    if (name === undefined) throw invalidScimValue("groups.value", "must be the id of a group");
    return name;
  });
  return [...new Set(names)];
}

function assertComplete(attributes: ReadonlyMap<string, string>, context: MappingContext): void {
  const [missing] = missingRequired(context.pool, attributes);
  if (missing === undefined) return;
  const binding = context.bindings.find(({ source }) => source.name === missing);
  throw requiredProblem(binding === undefined ? missing : pathOfBinding(binding), binding?.form);
}

/** The error for an attribute that the pool requires. */
export function requiredProblem(path: string, form: string | undefined): Error {
  const hint = form === "phoneNumbers" ? ", with a number in E.164, such as +15551234567" : "";
  return invalidScimValue(path, `is required by the pool${hint}`);
}

/** Cognito asks a person who is invited for a new password, whatever the setting says. */
function passwordOf(
  resource: ScimResource,
  isInvited: boolean,
  context: MappingContext,
): SentPassword | undefined {
  const password = sentPassword(resource, context);
  if (password === undefined || !isInvited) return password;
  if (isSaidToBePermanent(resource, context)) {
    throw invalidScimValue(
      `${COGNITO_USER_URN}:desiredDeliveryMediums`,
      "an invitation asks for a new password, so the password cannot be permanent; leave this or isPasswordPermanent out",
    );
  }
  return { ...password, permanent: false };
}

/** In Starling's profile the client says by what an invitation is sent; without it no invitation is sent. */
function invitation(resource: ScimResource, { profile }: MappingContext): readonly [string, unknown][] {
  const media = ownMember(sentAttribute(resource, COGNITO_USER_URN), "desiredDeliveryMediums") ?? undefined;
  if (profile !== "starling" || media === undefined) return [];
  const words = (Array.isArray(media) ? media : [media]).map((one: JsonValue) =>
    typeof one === "string" ? one.toUpperCase() : "",
  );
  const known = ["EMAIL", "SMS"].filter((medium) => words.includes(medium));
  if (known.length !== new Set(words).size) {
    throw invalidScimValue(`${COGNITO_USER_URN}:desiredDeliveryMediums`, "must be EMAIL, SMS or both");
  }
  if (known.length === 0) return [];
  return [
    ["sendInviteEmail", true],
    ["deliverInviteBy", known.length === 2 ? "both" : known[0]],
  ];
}
