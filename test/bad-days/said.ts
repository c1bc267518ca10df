// What the targets of a sync say that the pool is.

import { existsSync } from "node:fs";
import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import type { Resource } from "../../pkg/protocol/messages.ts";
import { readSyncFile } from "../../pkg/store/read-sync-file.ts";
import { rowsOf, type StateRow, stateAt } from "../support/inventory-state.ts";
import { groupKey, groupText, memberKey, memberText, type PoolState, userKey, userText } from "./history.ts";

/** The newest run of a target. */
export interface Said {
  readonly runId: string;
  readonly state: PoolState;
  /** Memberships without their user or group. */
  readonly dangling: readonly string[];
}

const never = new AbortController().signal;

export async function saidByFile(file: string, tempDir: string): Promise<Said | undefined> {
  if (!existsSync(file)) return undefined;
  const reader = await readSyncFile({ file, tempDir }, never);
  try {
    const [run] = reader.runs();
    if (run === undefined) return undefined;
    const state = new Map<string, string>();
    const members = new Map<string, string>();
    for (const resource of reader.resources(run.syncId)) {
      const { resourceType, resource: id } = resource.id ?? { resourceType: "", resource: "" };
      if (resourceType === "user") {
        state.set(userKey(id), userInFile(resource));
        continue;
      }
      state.set(groupKey(id), groupIn(resource.profile ?? {}));
      members.set(id, membershipIn(resource.profile ?? {}));
    }
    for (const { entitlement, principal } of reader.grants(run.syncId)) {
      const group = entitlement?.resource?.id?.resource ?? "";
      state.set(memberKey(group, principal?.id?.resource ?? ""), members.get(group) ?? "");
    }
    return withDangling(run.syncId, state);
  } finally {
    reader.close();
  }
}

/** What the profile has beside the attributes of Cognito. */
const ADDED: ReadonlySet<string> = new Set([
  "created_at",
  "enabled",
  "federated",
  "first_name",
  "last_name",
  "linked_usernames",
  "modified_at",
  "sub",
  "user_id",
  "user_status",
  "username",
]);

/** The text of a cell or member; "" if it has none. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number"
    ? String(value)
    : "";
}

function userInFile({ profile = {} }: Resource): string {
  return userText({
    username: textOf(profile["username"]),
    enabled: profile["enabled"] === true,
    status: textOf(profile["user_status"]),
    createdMs: Date.parse(textOf(profile["created_at"])),
    modifiedMs: Date.parse(textOf(profile["modified_at"])),
    attributes: Object.fromEntries(
      Object.entries(profile)
        .filter(([name]) => !ADDED.has(name))
        .map(([name, value]) => [name, textOf(value)]),
    ),
  });
}

export async function saidByInventory(file: string, poolId: string): Promise<Said | undefined> {
  if (!existsSync(file)) return undefined;
  const reader = await openInventoryReader({ engine: "sqlite", name: file }, never);
  try {
    const newest = "SELECT run, sync_id FROM runs WHERE pool_id = ? ORDER BY run DESC LIMIT 1";
    const [run] = await rowsOf(reader, newest, [poolId]);
    if (run === undefined) return undefined;
    const { users, groups, memberships } = await stateAt(reader, poolId, Number(run["run"]));
    const state = new Map<string, string>();
    for (const row of users) state.set(userKey(String(row["sub"])), userInRow(row));
    const members = new Map(groups.map((row) => [String(row["name"]), membershipIn(row)]));
    for (const row of groups) state.set(groupKey(String(row["name"])), groupIn(row));
    for (const row of memberships) {
      const group = String(row["group_name"]);
      state.set(memberKey(group, String(row["sub"])), members.get(group) ?? "");
    }
    return withDangling(String(run["sync_id"]), state);
  } finally {
    await reader.close();
  }
}

/** Attributes with a column of their own. */
const COLUMNS = [
  "email",
  "email_verified",
  "phone_number",
  "phone_number_verified",
  "given_name",
  "family_name",
  "name",
  "preferred_username",
] as const;

function userInRow(row: StateRow): string {
  const own = COLUMNS.filter((name) => row[name] !== null).map((name): [string, unknown] => [
    name,
    row[name],
  ]);
  const others = Object.entries(row["attributes"] ?? {});
  return userText({
    username: String(row["username"]),
    enabled: row["enabled"] === true,
    status: String(row["status"]),
    createdMs: Date.parse(String(row["created_at"])),
    modifiedMs: Date.parse(String(row["modified_at"])),
    attributes: Object.fromEntries([...own, ...others].map(([name, value]) => [name, textOf(value)])),
  });
}

/** The profile in a file and the row of an inventory have the same names. */
function groupIn(fields: Readonly<Record<string, unknown>>): string {
  const { description, precedence, role_arn: roleArn } = fields;
  return groupText({
    description: typeof description === "string" ? description : undefined,
    precedence: typeof precedence === "number" ? precedence : undefined,
    roleArn: typeof roleArn === "string" ? roleArn : undefined,
    createdMs: Date.parse(textOf(fields["created_at"])),
    modifiedMs: Date.parse(textOf(fields["modified_at"])),
  });
}

/** What a membership of the group is said to be. */
function membershipIn(fields: Readonly<Record<string, unknown>>): string {
  return memberText(Date.parse(textOf(fields["created_at"])));
}

function withDangling(runId: string, state: PoolState): Said {
  const dangling = [...state.keys()].filter((key) => {
    const [, sub = "", group = ""] = /^member (\S+) of (.*)$/su.exec(key) ?? [];
    return key.startsWith("member ") && !(state.has(userKey(sub)) && state.has(`group ${group}`));
  });
  return { runId, state, dangling };
}
