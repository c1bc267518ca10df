import { Buffer } from "node:buffer";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Pool } from "../core/pool.ts";
import { clipBytes } from "../core/text.ts";
import { isFederated, type User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { annotation } from "../protocol/builders.ts";
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
import { loginAliases } from "./enrichments/login-aliases.ts";
import { displayName, structuredName } from "./enrichments/names.ts";
import { factsInTrait, factsStamp } from "./enrichments/user-facts.ts";
import { userProfile } from "./user-profile.ts";

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
  const identities = user.identities.length === 0 ? "" : ` ${JSON.stringify(user.identities)}`;
  const known = facts === NOTHING_KNOWN ? "" : factsStamp(facts);
  return `${stamp}${identities}${known === "" ? "" : ` ${known}`}`;
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
  const details = statusDetails(user);
  const address = emailOf(user);
  // Status, profile and creation date are in two places: older readers use the trait, newer ones the resource.
  const trait = annotation(UserTraitSchema, {
    emails: address === "" ? [] : [{ address, isPrimary: true }],
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
    displayName: resourceName(user),
    annotations: [trait],
    profile,
    status: {
      status: user.enabled ? Status_ResourceStatus.ENABLED : Status_ResourceStatus.DISABLED,
      details,
    },
    createdAt,
  });
}

export function statusDetails(user: User): string {
  return clipBytes(user.status, 1024);
}

export function resourceName(user: User): string {
  return clipBytes(displayName(user), 1024);
}

/** An upper bound of the bytes that the resource takes in an answer: its attributes are in two profiles. */
export function userResourceBytes(user: User): number {
  let bytes = 3072;
  for (const [name, value] of user.attributes)
    bytes += 2 * (Buffer.byteLength(name) + Buffer.byteLength(value) + 16);
  return bytes + 2 * user.identities.length * 512;
}

/** The e-mail address that the protocol takes as one; "" where it finds no address. */
export function emailOf(user: User): string {
  const address = user.attributes.get("email");
  return address !== undefined && isEmailAddress(address) ? address : "";
}
