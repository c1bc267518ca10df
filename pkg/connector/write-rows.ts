// The rows of users and memberships as bytes, for the targets and callers that take millions of them: the bytes of
// `userResource` and `membershipGrants`, without the messages. A test compares the two.
import { toBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import type { Pool } from "../core/pool.ts";
import { isFederated, type Member, type User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { GROUP_TYPE, memberEntitlementId, membershipGrantId, USER_TYPE } from "../protocol/ids.ts";
import { lengthTag, MessageWriter, numberTag } from "../protocol/message-writer.ts";
import {
  Status_ResourceStatus,
  UserTrait_AccountType,
  UserTrait_Status_Status,
  UserTraitSchema,
} from "../protocol/messages.ts";
import type { UserIdKind } from "./connector.ts";
import { loginAliases } from "./enrichments/login-aliases.ts";
import { structuredName } from "./enrichments/names.ts";
import { grantAnnotations } from "./grants.ts";
import { writeUserProfile } from "./user-profile.ts";
import { emailOf, resourceName, statusDetails, userId } from "./users.ts";

const RESOURCE = {
  id: lengthTag(1),
  displayName: lengthTag(3),
  annotations: lengthTag(4),
  profile: lengthTag(9),
  status: lengthTag(11),
  createdAt: lengthTag(12),
};
const TRAIT = {
  emails: lengthTag(1),
  status: lengthTag(2),
  profile: lengthTag(3),
  accountType: numberTag(5),
  login: lengthTag(6),
  loginAliases: lengthTag(7),
  createdAt: lengthTag(8),
  lastLogin: lengthTag(9),
  mfaStatus: lengthTag(10),
  ssoStatus: lengthTag(11),
  structuredName: lengthTag(12),
};
const NAME = { given: lengthTag(1), family: lengthTag(2), middle: lengthTag(3) };
const EMAIL = { address: lengthTag(1), isPrimary: numberTag(2) };
const STATUS = { status: numberTag(1), details: lengthTag(2) };
const RESOURCE_ID = { type: lengthTag(1), resource: lengthTag(2) };
const ANY = { typeUrl: lengthTag(1), value: lengthTag(2) };
const ENTITLEMENT = { resource: lengthTag(1), id: lengthTag(2) };
const GRANT = {
  entitlement: lengthTag(1),
  principal: lengthTag(2),
  id: lengthTag(3),
  annotations: lengthTag(4),
};
/** The one field of UserTrait.MFAStatus and UserTrait.SSOStatus. */
const ENABLED = numberTag(1);

/** Of what a group shares; more room is made where it is needed. */
const SMALL_BYTES = 512;

const TRAIT_URL = `type.googleapis.com/${UserTraitSchema.typeName}`;

/** Fields are written last to first. */
export function writeUserResource(
  into: MessageWriter,
  user: User,
  pool: Pool | undefined,
  kind: UserIdKind,
  facts: UserFacts,
): void {
  const details = statusDetails(user);
  const createdAtMs = user.createdAt.getTime();
  into.timestamp(RESOURCE.createdAt, createdAtMs);
  writeStatus(
    into,
    RESOURCE.status,
    user.enabled ? Status_ResourceStatus.ENABLED : Status_ResourceStatus.DISABLED,
    details,
  );
  const profile = into.place;
  writeUserProfile(into, user, facts);
  const profileEnd = into.place;
  into.head(RESOURCE.profile, profile);
  const annotation = into.place;
  writeNames(into, user);
  const sso = into.place;
  into.number(ENABLED, Number(isFederated(user)));
  into.head(TRAIT.ssoStatus, sso);
  writeFacts(into, facts);
  into.timestamp(TRAIT.createdAt, createdAtMs);
  const aliases = pool === undefined ? [] : loginAliases(user, pool);
  for (let index = aliases.length - 1; index >= 0; index -= 1)
    into.presentText(TRAIT.loginAliases, aliases[index] ?? "");
  into.text(TRAIT.login, user.username);
  into.number(TRAIT.accountType, UserTrait_AccountType.HUMAN);
  const traitProfile = into.place;
  into.again(profile, profileEnd);
  into.head(TRAIT.profile, traitProfile);
  writeStatus(
    into,
    TRAIT.status,
    user.enabled ? UserTrait_Status_Status.ENABLED : UserTrait_Status_Status.DISABLED,
    details,
  );
  writeEmail(into, emailOf(user));
  into.head(ANY.value, annotation);
  into.presentText(ANY.typeUrl, TRAIT_URL);
  into.head(RESOURCE.annotations, annotation);
  into.text(RESOURCE.displayName, resourceName(user));
  writeResourceId(into, USER_TYPE, userId(user, kind));
}

function writeStatus(into: MessageWriter, tag: number, status: number, details: string): void {
  const place = into.place;
  into.text(STATUS.details, details);
  into.number(STATUS.status, status);
  into.head(tag, place);
}

function writeNames(into: MessageWriter, user: User): void {
  const { structuredName: name } = structuredName(user);
  if (name === undefined) return;
  const place = into.place;
  for (const middle of name.middleNames.toReversed()) into.presentText(NAME.middle, middle);
  into.text(NAME.family, name.familyName);
  into.text(NAME.given, name.givenName);
  into.head(TRAIT.structuredName, place);
}

function writeFacts(into: MessageWriter, { secondFactors, lastSignIn }: UserFacts): void {
  if (secondFactors !== undefined) {
    const place = into.place;
    into.number(ENABLED, Number(secondFactors.factors.length > 0));
    into.head(TRAIT.mfaStatus, place);
  }
  if (lastSignIn?.at !== undefined) into.timestamp(TRAIT.lastLogin, lastSignIn.at.getTime());
}

function writeEmail(into: MessageWriter, address: string): void {
  if (address === "") return;
  const place = into.place;
  into.number(EMAIL.isPrimary, 1);
  into.text(EMAIL.address, address);
  into.head(TRAIT.emails, place);
}

function writeResourceId(into: MessageWriter, type: string, id: string): void {
  const place = into.place;
  into.text(RESOURCE_ID.resource, id);
  into.text(RESOURCE_ID.type, type);
  into.head(RESOURCE.id, place);
}

/** Returns a function that writes the membership of one member. What all members of the group share is encoded once. */
export function membershipWriter(
  groupName: string,
  kind: UserIdKind,
  poolId: string,
): (into: MessageWriter, member: Member) => void {
  const entitlement = entitlementField(groupName);
  const annotations = annotationFields(groupName, poolId);
  const idStart = new TextEncoder().encode(membershipGrantId(groupName, ""));
  return (into, member) => {
    const principal = userId(member, kind);
    into.raw(annotations);
    const id = into.place;
    into.textAlone(principal);
    into.raw(idStart);
    into.head(GRANT.id, id);
    const resource = into.place;
    writeResourceId(into, USER_TYPE, principal);
    into.head(GRANT.principal, resource);
    into.raw(entitlement);
  };
}

/** Of a membership: the ids alone. */
function entitlementField(groupName: string): Uint8Array {
  const writer = new MessageWriter(SMALL_BYTES);
  writer.text(ENTITLEMENT.id, memberEntitlementId(groupName));
  const resource = writer.place;
  writeResourceId(writer, GROUP_TYPE, groupName);
  writer.head(ENTITLEMENT.resource, resource);
  writer.head(GRANT.entitlement, 0);
  return Uint8Array.from(writer.since(0));
}

function annotationFields(groupName: string, poolId: string): Uint8Array {
  const writer = new MessageWriter(SMALL_BYTES);
  for (const annotation of grantAnnotations(groupName, poolId).toReversed()) {
    const place = writer.place;
    writer.raw(toBinary(AnySchema, annotation));
    writer.head(GRANT.annotations, place);
  }
  return Uint8Array.from(writer.since(0));
}
