import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  contentOf,
  entitlement,
  group,
  membership,
  never,
  newRun,
  openListingsIn,
  storeOptions,
  syncPage,
  TYPES,
  temporaryFolder,
  user,
} from "../../test/support/store-run.ts";
import { advance, firstListings, GROUPS_LISTING, membersListing, USERS_LISTING } from "../core/sync-plan.ts";
import { WHOLE_POOL } from "../core/sync-scope.ts";
import { ResourceSchema } from "../protocol/messages.ts";
import { openSyncFile, type SyncFile } from "./sync-file.ts";

const MONDAY = Date.UTC(2026, 10, 16);
const FRIDAY = Date.UTC(2026, 10, 20);

let folder: { readonly path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** The page with the group of that creation time. */
function groupPage(createdMs: number | undefined, token = "") {
  const createdAt = createdMs === undefined ? {} : { createdAt: timestampFromMs(createdMs) };
  return syncPage(advance(GROUPS_LISTING, token), {
    resources: [create(ResourceSchema, { ...group("admins"), ...createdAt })],
    entitlements: [entitlement("admins")],
    opens: [membersListing("admins")],
  });
}

function membersPage(...members: readonly string[]) {
  return syncPage(advance(membersListing("admins"), ""), {
    resources: members.map((id) => user(id)),
    grants: members.map((id) => membership("admins", id)),
  });
}

async function begin(): Promise<SyncFile> {
  const file = await openSyncFile(storeOptions(folder.path), never);
  if (file.run === undefined) await file.begin(newRun(), TYPES, firstListings(WHOLE_POOL));
  return file;
}

async function synced(createdMs: number | undefined, ...members: readonly string[]) {
  const file = await begin();
  try {
    await file.commit(syncPage(advance(USERS_LISTING, "")));
    await file.commit(groupPage(createdMs));
    await file.commit(membersPage(...members));
    return await file.publish({ acceptShrink: true }, never);
  } finally {
    await file.close();
  }
}

async function grantsOf(file: string): Promise<readonly string[]> {
  const [newest] = await contentOf(file);
  return (newest?.grants ?? []).map((grant) => JSON.stringify(grant));
}

test("L-11: a group that was made again since the last run is named, and its memberships are marked as new", async () => {
  expect((await synced(MONDAY, "u1", "u2")).recreatedGroups).toEqual([]);
  expect((await synced(MONDAY, "u1", "u2")).recreatedGroups).toEqual([]);
  const again = await synced(FRIDAY, "u1");
  expect(again.recreatedGroups).toEqual(["admins"]);
  expect(again.counts.memberships).toBe(1);
  expect(await grantsOf(again.file)).toEqual([expect.stringContaining('"group_was_recreated":true')]);
});

test("L-11: and in the run after that it is a group like any other", async () => {
  await synced(MONDAY, "u1");
  await synced(FRIDAY, "u1");
  const later = await synced(FRIDAY, "u1");
  expect(later.recreatedGroups).toEqual([]);
  expect(await grantsOf(later.file)).toEqual([expect.not.stringContaining("group_was_recreated")]);
});

test("L-11: a process that resumes the run knows it too", async () => {
  await synced(MONDAY, "u1");
  const cut = await begin();
  await cut.commit(syncPage(advance(USERS_LISTING, "")));
  await cut.commit(groupPage(FRIDAY));
  await cut.close();
  const resumed = await begin();
  expect(resumed.resumed).toBe(true);
  await resumed.commit(membersPage("u1"));
  const published = await resumed.publish({ acceptShrink: true }, never);
  await resumed.close();
  expect(published.recreatedGroups).toEqual(["admins"]);
  expect(await grantsOf(published.file)).toEqual([expect.stringContaining("group_was_recreated")]);
});

test.for([
  ["read to the end", ""],
  ["read in part", "page-2"],
])(
  "L-11: a group that is made again while no process reads loses its older members, %s",
  async ([, token = ""]) => {
    const cut = await begin();
    await cut.commit(syncPage(advance(USERS_LISTING, "")));
    await cut.commit(groupPage(MONDAY));
    const members = membersPage("u1", "u2");
    await cut.commit({ ...members, cursor: advance(membersListing("admins"), token) });
    await cut.close();
    const resumed = await begin();
    await resumed.rewind([GROUPS_LISTING]);
    await resumed.commit({ ...groupPage(FRIDAY), membersAreIdle: true });
    expect(await openListingsIn(resumed)).toEqual([membersListing("admins")]);
    expect(resumed.counts.memberships).toBe(0);
    await resumed.commit(membersPage("u2"));
    const published = await resumed.publish({ acceptShrink: true }, never);
    await resumed.close();
    expect(published.counts).toMatchObject({ groups: 1, memberships: 1 });
  },
);

test("L-11: a group without a creation time, in either run, is not called another one", async () => {
  await synced(undefined, "u1");
  expect((await synced(MONDAY, "u1")).recreatedGroups).toEqual([]);
  expect((await synced(undefined, "u1")).recreatedGroups).toEqual([]);
});

test("L-11: a group that is made again while the run is read loses the members of the older one", async () => {
  const file = await begin();
  await file.commit(syncPage(advance(USERS_LISTING, "")));
  await file.commit(groupPage(MONDAY, "more"));
  await file.commit(membersPage("u1", "u2"));
  expect(file.counts.memberships).toBe(2);
  const opened = await file.commit(groupPage(FRIDAY));
  expect(opened).toEqual([membersListing("admins")]);
  expect(await openListingsIn(file)).toEqual([membersListing("admins")]);
  expect(file.counts.memberships).toBe(0);
  await file.commit(membersPage("u2"));
  const published = await file.publish({ acceptShrink: true }, never);
  await file.close();
  expect(published).toMatchObject({ counts: { groups: 1, memberships: 1 }, recreatedGroups: [] });
});
