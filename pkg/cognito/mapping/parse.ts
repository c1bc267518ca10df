import type {
  AdminGetUserResponse,
  AttributeType,
  AuthEventType,
  GroupType,
  UserType,
} from "@aws-sdk/client-cognito-identity-provider";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import { parseIdentities } from "../../core/identities.ts";
import type { Operation } from "../../core/operations.ts";
import type { User, UserDetails } from "../../core/user.ts";
import type { AuthEvent } from "../../core/user-facts.ts";

// The SDK does not check the JSON types of members against its own TypeScript types. So every member is checked here, and
// what the rest of the code needs is not optional after this file.

export function parseUser(operation: Operation, raw: UserType): User {
  return user(operation, raw, raw.Attributes);
}

/** AdminGetUser has no user object around its members, and calls the list UserAttributes. */
export function parseFlatUser(raw: AdminGetUserResponse): UserDetails {
  return {
    ...user("AdminGetUser", raw, raw.UserAttributes),
    factors: factorsOf(raw),
    preferredFactor: asText(raw.PreferredMfaSetting),
  };
}

/** The obsolete MFAOptions speak of text messages only. */
function factorsOf({ UserMFASettingList, MFAOptions }: AdminGetUserResponse): readonly string[] {
  const listed = asArray(UserMFASettingList) ?? [];
  const bySms = (asArray(MFAOptions) ?? []).some((option) => option?.DeliveryMedium === "SMS");
  return [
    ...new Set([...listed.filter((factor) => typeof factor === "string"), ...(bySms ? ["SMS_MFA"] : [])]),
  ];
}

function user(
  operation: Operation,
  raw: Omit<UserType, "Attributes">,
  list: readonly AttributeType[] | undefined,
): User {
  const attributes = new Map<string, string>();
  for (const { Name: name, Value: value } of asArray<AttributeType>(list) ?? []) {
    if (typeof name === "string") attributes.set(name, typeof value === "string" ? value : "");
  }
  return {
    sub: attributes.get("sub") || missingMember(operation, "user", "sub"),
    username: asText(raw.Username) ?? missingMember(operation, "user", "Username"),
    enabled: asBoolean(raw.Enabled) ?? missingMember(operation, "user", "Enabled"),
    // An open set: an unknown status is kept as it is (mark 32).
    status: asText(raw.UserStatus) ?? "UNKNOWN",
    createdAt: asDate(raw.UserCreateDate) ?? missingMember(operation, "user", "UserCreateDate"),
    modifiedAt: asDate(raw.UserLastModifiedDate) ?? missingMember(operation, "user", "UserLastModifiedDate"),
    attributes,
    identities: parseIdentities(attributes.get("identities")),
  };
}

export function parseGroup(operation: Operation, raw: GroupType): Group {
  return {
    name: asText(raw.GroupName) ?? missingMember(operation, "group", "GroupName"),
    description: asText(raw.Description),
    roleArn: asText(raw.RoleArn),
    precedence: asNumber(raw.Precedence),
    createdAt: asDate(raw.CreationDate) ?? missingMember(operation, "group", "CreationDate"),
    modifiedAt: asDate(raw.LastModifiedDate) ?? missingMember(operation, "group", "LastModifiedDate"),
  };
}

export function parseAuthEvent(operation: Operation, raw: AuthEventType): AuthEvent {
  return {
    kind: asText(raw.EventType) ?? "UNKNOWN",
    at: asDate(raw.CreationDate) ?? missingMember(operation, "sign-in event", "CreationDate"),
    // `InProgress` is a sign-in of which a challenge was not answered.
    passed: asText(raw.EventResponse) === "Pass",
  };
}

/** The message names the member and never the person. */
function missingMember(operation: Operation, what: string, member: string): never {
  throw new GovernanceError(
    "internal",
    `${operation}: a ${what} has no valid ${member}; the endpoint does not implement the Cognito API as AWS does`,
  );
}

export function asArray<T>(value: readonly T[] | undefined): readonly T[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Undefined for an empty text, which some emulators send for an absent member. Cognito never sends an empty name. */
export function asText(value: string | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function asBoolean(value: boolean | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function asNumber(value: number | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function asDate(value: Date | undefined): Date | undefined {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value : undefined;
}
