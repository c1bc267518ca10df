import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, createRegistry, toJson } from "@bufbuild/protobuf";
import type { UserRow } from "../../pkg/connector/connector.ts";
import { ksuid } from "../../pkg/core/ksuid.ts";
import {
  advance,
  firstListings,
  type ListingCursor,
  listingKey,
  membersListing,
} from "../../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import { GROUP_TYPE, memberEntitlementId, membershipGrantId, USER_TYPE } from "../../pkg/protocol/ids.ts";
import { MessageWriter } from "../../pkg/protocol/message-writer.ts";
import {
  type Entitlement,
  EntitlementSchema,
  type Grant,
  GrantMetadataSchema,
  GrantSchema,
  type Resource,
  ResourceSchema,
  type ResourceType,
  ResourceTypeSchema,
} from "../../pkg/protocol/messages.ts";
import { readSyncFile } from "../../pkg/store/read-sync-file.ts";
import { grantRow } from "../../pkg/store/run/encode.ts";
import { writeUserRow } from "../../pkg/store/run/page-rows.ts";
import type { RunPage } from "../../pkg/store/run/run-page.ts";
import { openSyncFile, type SyncFile, type SyncFileOptions } from "../../pkg/store/sync-file.ts";
import type { SyncPage, SyncRun } from "../../pkg/sync/target.ts";
import { someGroup, someUser } from "./fake-directory.ts";

/** A small pool: its users, and the members of each group. */
export interface SmallPool {
  readonly users: readonly string[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

const ANNOTATIONS = createRegistry(GrantMetadataSchema);

export const POOL_ID = "eu-west-1_Store";
export const TYPES: readonly ResourceType[] = [USER_TYPE, GROUP_TYPE].map((id) =>
  create(ResourceTypeSchema, { id, displayName: id }),
);
const NOON_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
export const never = new AbortController().signal;

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function user(id: string, displayName = `User ${id}`): Resource {
  return create(ResourceSchema, { id: { resourceType: USER_TYPE, resource: id }, displayName });
}

export function group(name: string): Resource {
  return create(ResourceSchema, { id: { resourceType: GROUP_TYPE, resource: name }, displayName: name });
}

export function entitlement(name: string): Entitlement {
  return create(EntitlementSchema, { id: memberEntitlementId(name), resource: group(name), slug: "member" });
}

export function membership(name: string, userId: string): Grant {
  return create(GrantSchema, {
    id: membershipGrantId(name, userId),
    entitlement: { id: memberEntitlementId(name), resource: group(name) },
    principal: { id: { resourceType: USER_TYPE, resource: userId } },
  });
}

export function principal(id: string): UserRow {
  return {
    user: someUser({ sub: id }),
    resourceTypeId: USER_TYPE,
    resourceId: id,
    stamp: "as it is",
    build: () => user(id),
  };
}

/** The rows of a page as messages. */
export interface PageMessages {
  readonly opens: readonly ListingCursor[];
  readonly membersAreIdle: boolean;
  readonly resources: readonly Resource[];
  readonly principals: readonly UserRow[];
  readonly entitlements: readonly Entitlement[];
  readonly grants: readonly Grant[];
}

export function page(cursor: ListingCursor, rows: Partial<PageMessages> = {}): RunPage {
  const { principals = [], grants = [], ...rest } = rows;
  const writer = new MessageWriter();
  return {
    cursor,
    opens: [],
    resources: [],
    entitlements: [],
    ...rest,
    principals: principals.map((row) => ({
      resourceTypeId: row.resourceTypeId,
      resourceId: row.resourceId,
      stamp: row.stamp,
      encode() {
        writer.clear();
        writeUserRow(row, writer);
        return writer.since(0);
      },
    })),
    grants: grants.map((grant) => {
      const { data, ...key } = grantRow(grant);
      return { ...key, encode: () => data };
    }),
  };
}

/** The same rows as the engine hands them to a target. Users among the resources become rows of users. */
export function syncPage(cursor: ListingCursor, rows: Partial<PageMessages> = {}): SyncPage {
  const { opens = [], resources = [], principals = [], entitlements = [], grants = [] } = rows;
  const isUser = ({ id }: Resource) => id?.resourceType === USER_TYPE;
  return {
    cursor,
    opens,
    users: [
      ...resources.filter(isUser).map((row) => ({ ...principal(row.id?.resource ?? ""), build: () => row })),
      ...principals.map((row) => ({ ...principal(row.resourceId), ...row })),
    ],
    groups: resources
      .filter((row) => !isUser(row))
      .map((row) => ({
        group: someGroup(row.id?.resource ?? ""),
        build: () => row,
        entitlements: () => entitlements.filter((one) => one.resource?.id?.resource === row.id?.resource),
      })),
    memberships: grants.map((row) => ({
      groupName: cursor.part,
      member: principal(row.principal?.id?.resource ?? ""),
      build: () => row,
    })),
  };
}

/** Options under a clock that shows the same time until a test moves it. */
export function storeOptions(folder: string, changes: Partial<SyncFileOptions> = {}): SyncFileOptions {
  return {
    file: join(folder, "pool.c1z"),
    stateDir: folder,
    fingerprint: { poolId: POOL_ID, userIdKind: "sub", mappingVersion: 1 },
    connectorVersion: "0.0.0-test",
    now: () => NOON_MS,
    acceptShrink: false,
    ...changes,
  };
}

/**
 * Reads the pool into the file as the engine would, one page of a listing at a time, always of the listing that is
 * first by name. `afterCommit` receives how many commits there were, the beginning included; false stops it there.
 */
export async function readPool(
  file: SyncFile,
  pool: SmallPool,
  {
    pageSize = 2,
    startedAtMs = NOON_MS,
    scope = WHOLE_POOL,
    afterCommit = (_commits: number): boolean => true,
  } = {},
): Promise<void> {
  let commits = 0;
  if (file.run === undefined) {
    await file.begin({ ...newRun(startedAtMs), scope }, TYPES, firstListings(scope));
    if (!afterCommit(++commits)) return;
  }
  for (;;) {
    const open = await openListingsIn(file);
    const cursor = open.toSorted((a, b) => (listingKey(a) < listingKey(b) ? -1 : 1))[0];
    if (cursor === undefined) return;
    await file.commit(nextPage(pool, cursor, pageSize));
    if (!afterCommit(++commits)) return;
  }
}

export function newRun(startedAtMs = NOON_MS): SyncRun {
  return {
    id: ksuid(startedAtMs, (size) => crypto.getRandomValues(new Uint8Array(size))),
    startedAt: new Date(startedAtMs),
    scope: WHOLE_POOL,
  };
}

export async function openListingsIn(file: SyncFile): Promise<readonly ListingCursor[]> {
  return (await file.listings()).filter(({ state }) => state === "open");
}

function nextPage(pool: SmallPool, cursor: ListingCursor, pageSize: number): SyncPage {
  const from = Number(cursor.token === "" ? "0" : cursor.token);
  const all = {
    users: pool.users,
    groups: Object.keys(pool.groups),
    members: pool.groups[cursor.part] ?? [],
    "users-with-groups": [],
  };
  const ids = all[cursor.kind].slice(from, from + pageSize);
  const more = from + pageSize < all[cursor.kind].length;
  const after = advance(cursor, more ? String(from + pageSize) : "");
  switch (cursor.kind) {
    case "users":
      return syncPage(after, { principals: ids.map(principal) });
    case "groups":
      return syncPage(after, {
        resources: ids.map(group),
        entitlements: ids.map(entitlement),
        opens: ids.map(membersListing),
      });
    case "users-with-groups":
      throw new Error("a small pool is read by group");
    case "members":
      return syncPage(after, {
        principals: ids.map(principal),
        grants: ids.map((id) => membership(cursor.part, id)),
      });
  }
}

/** One whole sync. */
export async function publishPool(options: SyncFileOptions, pool: SmallPool) {
  const file = await openSyncFile(options, never);
  try {
    await readPool(file, pool, { startedAtMs: options.now(), scope: options.scope ?? WHOLE_POOL });
    return await file.publish({ acceptShrink: options.acceptShrink }, never);
  } finally {
    await file.close();
  }
}

/** Every row of every run as plain data, newest run first, in an order that does not depend on when it was read. */
export async function contentOf(file: string) {
  const stored = await readSyncFile({ file }, never);
  try {
    return stored.runs().map((run) => ({
      syncId: run.syncId,
      types: [...stored.resourceTypes(run.syncId)].map((row) => toJson(ResourceTypeSchema, row)),
      resources: sorted([...stored.resources(run.syncId)].map((row) => toJson(ResourceSchema, row))),
      entitlements: sorted([...stored.entitlements(run.syncId)].map((row) => toJson(EntitlementSchema, row))),
      grants: sorted(
        [...stored.grants(run.syncId)].map((row) => toJson(GrantSchema, row, { registry: ANNOTATIONS })),
      ),
    }));
  } finally {
    stored.close();
  }
}

function sorted<T>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
