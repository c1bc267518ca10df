// The rows of users and memberships of the generated pools, encoded by hand, as short as it goes: the bytes are those of
// `connector sync`. Login aliases, middle names, facts and groups of identity providers are not in these pools, and left out.
import type { UserType } from "@aws-sdk/client-cognito-identity-provider";
import type { JsonValue } from "@bufbuild/protobuf";
import { lengthTag, MessageWriter, numberTag, structKey } from "../../../pkg/protocol/message-writer.ts";

const writer = new MessageWriter();
const one = lengthTag(1);
const two = lengthTag(2);
const three = lengthTag(3);
const first = numberTag(1);

const keyFields = new Map<string, Uint8Array>();

function keyField(key: string): Uint8Array {
  const known = keyFields.get(key) ?? structKey(key);
  keyFields.set(key, known);
  return known;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The resource of a user. The bytes are valid until the next row is written. */
export function userBytes(user: UserType, values: ReadonlyMap<string, string>, sub: string): Uint8Array {
  const username = user.Username ?? "";
  const given = values.get("given_name") ?? "";
  const family = values.get("family_name") ?? "";
  const status = user.UserStatus ?? "";
  const createdMs = user.UserCreateDate?.getTime() ?? 0;
  const identities: unknown = JSON.parse(values.get("identities") ?? "[]");
  const federated = Array.isArray(identities) && identities.length > 0;
  const profile: [string, JsonValue][] = [...values];
  for (const entry of profile) if (entry[0].endsWith("_verified")) entry[1] = entry[1] === "true";
  if (federated) {
    for (const entry of profile) if (entry[0] === "identities") entry[1] = identities.map(identity);
  }
  profile.push(
    ["created_at", user.UserCreateDate?.toISOString() ?? ""],
    ["enabled", user.Enabled === true],
    ["federated", federated],
    ["first_name", given],
    ["last_name", family],
    ["modified_at", user.UserLastModifiedDate?.toISOString() ?? ""],
    ["user_id", sub],
    ["user_status", status],
    ["username", username],
  );
  profile.sort(byKey);
  const enabled = user.Enabled === true ? 1 : 2;
  writer.clear();
  writer.timestamp(lengthTag(12), createdMs);
  let place = writer.place;
  writer.text(two, status);
  writer.number(first, enabled);
  writer.head(lengthTag(11), place);
  place = writer.place;
  for (let index = profile.length - 1; index >= 0; index -= 1) {
    const [key = "", value = ""] = profile[index] ?? [];
    writer.structEntry(keyField(key), value);
  }
  const fields = writer.since(place);
  writer.head(lengthTag(9), place);
  const any = writer.place;
  place = writer.place;
  writer.text(two, family);
  writer.text(one, given);
  if (given + family !== "") writer.head(lengthTag(12), place);
  place = writer.place;
  writer.number(first, federated ? 1 : 0);
  writer.head(lengthTag(11), place);
  writer.timestamp(lengthTag(8), createdMs);
  writer.text(lengthTag(6), username);
  writer.number(numberTag(5), 1);
  place = writer.place;
  writer.raw(fields);
  writer.head(three, place);
  place = writer.place;
  writer.text(two, status);
  writer.number(first, enabled);
  writer.head(two, place);
  place = writer.place;
  writer.number(numberTag(2), 1);
  writer.text(one, values.get("email") ?? "");
  writer.head(one, place);
  writer.head(two, any);
  writer.text(one, "type.googleapis.com/c1.connector.v2.UserTrait");
  writer.head(lengthTag(4), any);
  writer.text(three, values.get("name") ?? username);
  resourceId("user", sub);
  return writer.since(0);
}

function identity(raw: Record<string, string | number | boolean | null>): JsonValue {
  return {
    created_at: new Date(Number(raw["dateCreated"])).toISOString(),
    primary: raw["primary"] ?? false,
    provider_name: raw["providerName"] ?? "",
    provider_type: raw["providerType"] ?? "",
    user_id: raw["userId"] ?? "",
    username: `${String(raw["providerName"])}_${String(raw["userId"])}`,
  };
}

function resourceId(type: string, id: string): void {
  const place = writer.place;
  writer.text(two, id);
  writer.text(one, type);
  writer.head(one, place);
}

/** The grant of a member. The bytes are valid until the next row is written. */
export function grantBytes(id: string, sub: string, entitlement: Uint8Array): Uint8Array {
  writer.clear();
  writer.text(three, id);
  const place = writer.place;
  resourceId("user", sub);
  writer.head(two, place);
  writer.raw(entitlement);
  return writer.since(0);
}

/** The entitlement of a grant, which all grants of a group have. */
export function entitlementField(group: string, id: string): Uint8Array {
  writer.clear();
  writer.text(two, id);
  const place = writer.place;
  resourceId("group", group);
  writer.head(one, place);
  writer.head(one, 0);
  return Uint8Array.from(writer.since(0));
}
