// The rows of a `.c1z` as the floors write them: into the tables that its readers know.
import type { DatabaseSync } from "node:sqlite";
import type { GroupType, UserType } from "@aws-sdk/client-cognito-identity-provider";
import { toBinary } from "@bufbuild/protobuf";
import { parseGroup } from "../../../pkg/cognito/mapping/parse.ts";
import { memberEntitlement } from "../../../pkg/connector/entitlements.ts";
import { groupResource } from "../../../pkg/connector/groups.ts";
import { RESOURCE_TYPES } from "../../../pkg/connector/resource-types.ts";
import { EntitlementSchema, ResourceSchema, ResourceTypeSchema } from "../../../pkg/protocol/messages.ts";
import { entitlementField, grantBytes, userBytes } from "./row-bytes.ts";

/** As long as the id of a run is. */
const SYNC_ID = "000000000000000000000000000";

export interface FileRows {
  types(): void;
  user(user: UserType, sub: string, at: string): void;
  group(group: GroupType, at: string): void;
  /** Returns what writes one member. What all of them share is encoded once. */
  membersOf(group: string): (sub: string, at: string) => void;
}

/** `beforeRows` has made the tables. */
export function fileRows(database: DatabaseSync, poolId: string): FileRows {
  const insertType = database.prepare(
    "INSERT INTO v1_resource_types (external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?)",
  );
  const insertResource = database.prepare(`
    INSERT INTO v1_resources (resource_type_id, external_id, data, sync_id, discovered_at) VALUES (?, ?, ?, ?, ?)`);
  const insertEntitlement = database.prepare(`
    INSERT INTO v1_entitlements (resource_type_id, resource_id, external_id, data, sync_id, discovered_at)
    VALUES ('group', ?, ?, ?, ?, ?)`);
  const insertGrant = database.prepare(`
    INSERT INTO v1_grants (resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
      principal_resource_id, external_id, data, sync_id, discovered_at)
    VALUES ('group', ?, ?, 'user', ?, ?, ?, ?, ?)`);
  return {
    types() {
      for (const type of RESOURCE_TYPES) {
        insertType.run(type.id, toBinary(ResourceTypeSchema, type), SYNC_ID, timeText());
      }
    },
    user(user, sub, at) {
      const values = new Map(user.Attributes?.map(({ Name = "", Value = "" }) => [Name, Value]));
      insertResource.run("user", `user:${sub}`, userBytes(user, values, sub), SYNC_ID, at);
    },
    group(group, at) {
      const { GroupName = "" } = group;
      const resource = toBinary(ResourceSchema, groupResource(parseGroup("ListGroups", group), poolId));
      insertResource.run("group", `group:${GroupName}`, resource, SYNC_ID, at);
      const entitlement = toBinary(EntitlementSchema, memberEntitlement(GroupName, poolId));
      insertEntitlement.run(GroupName, `group:${GroupName}:member`, entitlement, SYNC_ID, at);
    },
    membersOf(group) {
      const entitlement = `group:${group}:member`;
      const shared = entitlementField(group, entitlement);
      return (sub, at) => {
        const id = `${entitlement}:user:${sub}`;
        insertGrant.run(group, entitlement, sub, id, grantBytes(id, sub, shared), SYNC_ID, at);
      };
    },
  };
}

export function subOf(user: UserType): string {
  return user.Attributes?.find(({ Name }) => Name === "sub")?.Value ?? "";
}

/** The time as the file has it. */
export function timeText(): string {
  return new Date().toISOString().replace("T", " ").replace("Z", "");
}
