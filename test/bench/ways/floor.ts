// What the rows of a `.c1z` cost at the least: the calls of the SDK one after the other, each row encoded by hand and inserted
// once into the tables that readers of the file need, the indices at the end, zstd. It keeps nothing across a stop, looks for no
// user twice, checks nothing, and its rows are those of `connector sync`.
//   node test/bench/ways/floor.ts URL POOL FILE
import { createReadStream, createWriteStream } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import {
  CognitoIdentityProviderClient,
  paginateListGroups,
  paginateListUsers,
  paginateListUsersInGroup,
  type UserType,
} from "@aws-sdk/client-cognito-identity-provider";
import { type JsonValue, toBinary } from "@bufbuild/protobuf";
import { parseGroup } from "../../../pkg/cognito/mapping/parse.ts";
import { memberEntitlement } from "../../../pkg/connector/entitlements.ts";
import { groupResource } from "../../../pkg/connector/groups.ts";
import { RESOURCE_TYPES } from "../../../pkg/connector/resource-types.ts";
import { lengthTag, MessageWriter, numberTag, structKey } from "../../../pkg/protocol/message-writer.ts";
import { EntitlementSchema, ResourceSchema, ResourceTypeSchema } from "../../../pkg/protocol/messages.ts";
import { afterRows, beforeRows } from "../../../pkg/store/publish/file-schema.ts";

const [endpoint = "", UserPoolId = "", file = ""] = process.argv.slice(2);
const client = new CognitoIdentityProviderClient({ endpoint, region: "us-east-1", maxAttempts: 10 });

const database = new DatabaseSync(`${file}.db`, { defensive: false });
database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
for (const statement of beforeRows("main")) database.exec(statement);
database.exec("BEGIN");
const insertResource = database.prepare(`
  INSERT INTO v1_resources (resource_type_id, external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?, ?)`);
const insertEntitlement = database.prepare(`
  INSERT INTO v1_entitlements (resource_type_id, resource_id, external_id, data, sync_id, discovered_at)
  VALUES ('group', ?, ?, ?, ?, ?)`);
const insertGrant = database.prepare(`
  INSERT INTO v1_grants (resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
    principal_resource_id, external_id, data, sync_id, discovered_at)
  VALUES ('group', ?, ?, 'user', ?, ?, ?, ?, ?)`);
const syncId = "floor";

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

function userBytes(user: UserType, values: ReadonlyMap<string, string>, sub: string): Uint8Array {
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

function principal(sub: string): void {
  const place = writer.place;
  resourceId("user", sub);
  writer.head(two, place);
}

/** The entitlement of a grant, which all grants of a group have. */
function entitlementField(group: string, id: string): Uint8Array {
  writer.clear();
  writer.text(two, id);
  const place = writer.place;
  resourceId("group", group);
  writer.head(one, place);
  writer.head(one, 0);
  return Uint8Array.from(writer.since(0));
}

const now = (): string => new Date().toISOString().replace("T", " ").replace("Z", "");

for await (const page of paginateListUsers({ client, pageSize: 60 }, { UserPoolId })) {
  const at = now();
  for (const user of page.Users ?? []) {
    const values = new Map(user.Attributes?.map(({ Name = "", Value = "" }) => [Name, Value]));
    const sub = values.get("sub") ?? "";
    insertResource.run("user", `user:${sub}`, userBytes(user, values, sub), syncId, at);
  }
}
const insertType = database.prepare(
  "INSERT INTO v1_resource_types (external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?)",
);
for (const type of RESOURCE_TYPES) insertType.run(type.id, toBinary(ResourceTypeSchema, type), syncId, now());
const groups: string[] = [];
for await (const page of paginateListGroups({ client, pageSize: 60 }, { UserPoolId })) {
  const at = now();
  for (const group of page.Groups ?? []) {
    const { GroupName = "" } = group;
    groups.push(GroupName);
    const resource = toBinary(ResourceSchema, groupResource(parseGroup("ListGroups", group), UserPoolId));
    insertResource.run("group", `group:${GroupName}`, resource, syncId, at);
    const entitlement = toBinary(EntitlementSchema, memberEntitlement(GroupName, UserPoolId));
    insertEntitlement.run(GroupName, `group:${GroupName}:member`, entitlement, syncId, at);
  }
}
for (const GroupName of groups) {
  const entitlement = `group:${GroupName}:member`;
  const shared = entitlementField(GroupName, entitlement);
  for await (const page of paginateListUsersInGroup({ client, pageSize: 60 }, { UserPoolId, GroupName })) {
    const at = now();
    for (const user of page.Users ?? []) {
      const sub = user.Attributes?.find(({ Name }) => Name === "sub")?.Value ?? "";
      const id = `${entitlement}:user:${sub}`;
      writer.clear();
      writer.text(three, id);
      principal(sub);
      writer.raw(shared);
      insertGrant.run(GroupName, entitlement, sub, id, writer.since(0), syncId, at);
    }
  }
}
database.exec("COMMIT");
for (const statement of afterRows("main")) database.exec(statement);
database.close();
client.destroy();

const out = createWriteStream(file);
out.write("C1ZF\0");
await pipeline(
  createReadStream(`${file}.db`, { highWaterMark: 256 * 1024 }),
  createZstdCompress({
    chunkSize: 256 * 1024,
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  }),
  out,
);
