import { Buffer } from "node:buffer";
import { create, type JsonObject } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Pool } from "../core/pool.ts";
import { clipBytes } from "../core/text.ts";
import { isFederated, type User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { annotation, type ProfileValue, sortedStruct } from "../protocol/builders.ts";
import { isEmailAddress } from "../protocol/constraints/well-known.ts";
import { USER_TYPE } from "../protocol/ids.ts";
import {
  type Resource,
  ResourceSchema,
  Status_ResourceStatus,
  UserTrait_AccountType,
  UserTrait_Status_Status,
  UserTraitSchema,
} from "../protocol/messages.ts";
import type { UserIdKind } from "./connector.ts";
import { identityProfile, linkedUsernames } from "./enrichments/linked-profiles.ts";
import { loginAliases } from "./enrichments/login-aliases.ts";
import { displayName, structuredName } from "./enrichments/names.ts";
import { factsInProfile, factsInTrait, factsStamp } from "./enrichments/user-facts.ts";

/** The id of the account in every message: its bytes never change (D1). */
export function userId(user: Pick<User, "sub" | "username">, kind: UserIdKind): string {
  return kind === "sub" ? user.sub : user.username;
}

/**
 * Changes whenever the row of the user does. Cognito moves the date with every change of a profile; a sync reads this for
 * each membership, so the attributes are not part of it. `enabled`, `status` and the identities cost little, and are
 * included in case Cognito ever changes one of them without moving the date.
 */
export function userStamp(user: User, facts: UserFacts = NOTHING_KNOWN): string {
  const stamp = `${user.modifiedAt.getTime()} ${user.enabled ? 1 : 0} ${user.status}`;
  const identities = user.identities.length === 0 ? "" : JSON.stringify(user.identities);
  return [stamp, identities, factsStamp(facts)].filter((part) => part !== "").join(" ");
}

const NOTHING_KNOWN: UserFacts = {};

/** Without the pool the login aliases are left out: only it knows which attributes they are. */
export function userResource(
  user: User,
  pool: Pool | undefined,
  kind: UserIdKind,
  facts: UserFacts = NOTHING_KNOWN,
): Resource {
  const profile = userProfile(user, facts);
  const createdAt = timestampFromDate(user.createdAt);
  const details = clipBytes(user.status, 1024);
  // Status, profile and creation date are in two places: older readers use the trait, newer ones the resource.
  const trait = annotation(UserTraitSchema, {
    emails: emailsOf(user),
    status: {
      status: user.enabled ? UserTrait_Status_Status.ENABLED : UserTrait_Status_Status.DISABLED,
      details,
    },
    profile,
    accountType: UserTrait_AccountType.HUMAN,
    login: user.username,
    loginAliases: pool === undefined ? [] : loginAliases(user, pool),
    createdAt,
    ssoStatus: { ssoEnabled: isFederated(user) },
    ...structuredName(user),
    ...factsInTrait(facts),
  });
  return create(ResourceSchema, {
    id: { resourceType: USER_TYPE, resource: userId(user, kind) },
    displayName: clipBytes(displayName(user), 1024),
    annotations: [trait],
    profile,
    status: {
      status: user.enabled ? Status_ResourceStatus.ENABLED : Status_ResourceStatus.DISABLED,
      details,
    },
    createdAt,
  });
}

/** An upper bound of the bytes that the resource takes in an answer: its attributes are in two profiles. */
export function userResourceBytes(user: User): number {
  let bytes = 3072;
  for (const [name, value] of user.attributes)
    bytes += 2 * (Buffer.byteLength(name) + Buffer.byteLength(value) + 16);
  return bytes + 2 * user.identities.length * 512;
}

/** Everything that Cognito sent, under Cognito's own names, and the few keys that Baton's tools read. */
function userProfile(user: User, facts: UserFacts): JsonObject {
  const entries = new Map<string, ProfileValue>(user.attributes);
  for (const flag of VERIFIED_FLAGS) {
    const value = user.attributes.get(flag);
    if (value === "true" || value === "false") entries.set(flag, value === "true");
  }
  // An attribute that was not valid JSON stays as the text that Cognito sent.
  if (user.identities.length > 0) entries.set("identities", user.identities.map(identityProfile));
  entries.set("created_at", user.createdAt.toISOString());
  entries.set("enabled", user.enabled);
  entries.set("federated", isFederated(user));
  entries.set("first_name", user.attributes.get("given_name"));
  entries.set("last_name", user.attributes.get("family_name"));
  entries.set("linked_usernames", linkedUsernames(user));
  entries.set("modified_at", user.modifiedAt.toISOString());
  entries.set("user_id", user.sub);
  entries.set("user_status", user.status);
  entries.set("username", user.username);
  for (const [key, value] of factsInProfile(facts)) entries.set(key, value);
  return sortedStruct(entries);
}

const VERIFIED_FLAGS = ["email_verified", "phone_number_verified"] as const;

function emailsOf(user: User): { address: string; isPrimary: boolean }[] {
  const address = user.attributes.get("email");
  return address !== undefined && isEmailAddress(address) ? [{ address, isPrimary: true }] : [];
}
