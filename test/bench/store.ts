// Measures the store alone: pages committed, then published, once into a new file and once onto a run of equal size,
// each in a process of its own.
//   node test/bench/store.ts                       1,000,000 users, 500 groups, 2,000,000 memberships
//   node test/bench/store.ts 133000 67 266000      users, groups, memberships
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { memberEntitlement } from "../../pkg/connector/entitlements.ts";
import { membershipGrants } from "../../pkg/connector/grants.ts";
import { groupResource } from "../../pkg/connector/groups.ts";
import { RESOURCE_TYPES } from "../../pkg/connector/resource-types.ts";
import { userResource } from "../../pkg/connector/users.ts";
import { ksuid } from "../../pkg/core/ksuid.ts";
import {
  advance,
  firstListings,
  GROUPS_LISTING,
  type ListingCursor,
  membersListing,
  USERS_LISTING,
} from "../../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import type { User } from "../../pkg/core/user.ts";
import type { PublishedFile } from "../../pkg/store/publish/publish.ts";
import { openSyncFile } from "../../pkg/store/sync-file.ts";
import { combineTargets, type TargetGroup } from "../../pkg/sync/combine-targets.ts";
import type { SyncRun } from "../../pkg/sync/target.ts";
import { somePool } from "../support/fake-directory.ts";
import { benchGroupName, benchRow, benchUser } from "./bench-people.ts";

const POOL_ID = "eu-west-1_Bench";
const PAGE = 60;
const LISTINGS_AT_ONCE = 8;
const EMPTY = { opens: [], users: [], groups: [], memberships: [] };

const [sizes, existingFolder] = [process.argv.slice(2, 5), process.argv[5]];
const [users = 1_000_000, groups = 500, memberships = 2 * users] = sizes.map(Number);
const never = new AbortController().signal;

const pool = somePool({
  id: POOL_ID,
  estimatedUsers: users,
  aliasAttributes: ["email"],
  caseSensitiveUsernames: false,
});

async function run(folder: string): Promise<void> {
  const file = await phase("open", () =>
    openSyncFile(
      {
        file: join(folder, "bench.c1z"),
        stateDir: folder,
        fingerprint: { poolId: POOL_ID, userIdKind: "sub", mappingVersion: 1 },
        connectorVersion: "bench",
        now: () => Date.now(),
        acceptShrink: false,
      },
      never,
    ),
  );
  try {
    // Through the group, as the engine commits.
    const targets = await combineTargets([file]);
    await phase("begin", () => targets.begin(newRun(), RESOURCE_TYPES, firstListings(WHOLE_POOL)));
    await phase("users", () => readUsers(targets));
    await phase("groups", () => readGroups(targets));
    await phase("memberships", () => readMembers(targets));
    print(`  working file ${mib(statSync(join(folder, "bench.c1z.work")).size)}`);
    const published = await phase("publish", () => file.publish({ acceptShrink: false }, never));
    print(`  file ${mib(published.bytes)}, database ${mib(published.databaseBytes)}, runs ${published.runs}`);
  } finally {
    await phase("close", () => file.close());
  }
}

function newRun(): SyncRun {
  const startedAt = new Date();
  return { id: ksuid(startedAt.getTime(), randomBytes), startedAt, scope: WHOLE_POOL };
}

async function readUsers(targets: TargetGroup<PublishedFile>): Promise<void> {
  const took: number[] = [];
  let cursor: ListingCursor = USERS_LISTING;
  for (let from = 0; from < users; from += PAGE) {
    const size = Math.min(PAGE, users - from);
    const rows = Array.from({ length: size }, (_, index) => {
      const user = benchUser(from + index);
      const built = userResource(user, pool, "sub"); // not the store's work, so not in its time
      return { ...benchRow(user, pool), build: () => built };
    });
    cursor = advance(cursor, from + size < users ? `p1:${from + size}` : "");
    await timed(took, () => targets.commit({ ...EMPTY, cursor, users: rows }));
  }
  report("  commit of a users page", took);
}

async function readGroups(targets: TargetGroup<PublishedFile>): Promise<void> {
  const names = Array.from({ length: groups }, (_, index) => benchGroupName(index));
  const when = new Date(Date.UTC(2024, 1, 1));
  const rows = names.map((name, index) => {
    const group = {
      name,
      description: `Group ${index}`,
      roleArn: undefined,
      precedence: index,
      createdAt: when,
      modifiedAt: when,
    };
    return {
      group,
      build: () => groupResource(group, POOL_ID),
      entitlements: () => [memberEntitlement(name, POOL_ID)],
    };
  });
  await targets.commit({
    ...EMPTY,
    cursor: advance(GROUPS_LISTING, ""),
    groups: rows,
    opens: names.map(membersListing),
  });
}

async function readMembers(targets: TargetGroup<PublishedFile>): Promise<void> {
  const took: number[] = [];
  const perGroup = Math.ceil(memberships / groups);
  let nextGroup = 0;
  const reading: { cursor: ListingCursor; group: number; from: number }[] = [];
  for (let turn = 0; nextGroup < groups || reading.length > 0; turn += 1) {
    while (reading.length < LISTINGS_AT_ONCE && nextGroup < groups) {
      reading.push({ cursor: membersListing(benchGroupName(nextGroup)), group: nextGroup, from: 0 });
      nextGroup += 1;
    }
    const at = turn % reading.length;
    const one = reading[at];
    if (one === undefined) break;
    const size = Math.min(PAGE, perGroup - one.from);
    // 2,503 is prime to every size here, so a group contains each user once.
    const members = Array.from({ length: size }, (_, index) =>
      benchUser((one.group * 7919 + (one.from + index) * 2503) % users),
    );
    one.from += size;
    one.cursor = advance(one.cursor, one.from < perGroup ? `p1:${one.from}` : "");
    const grantOf = membershipGrants(one.cursor.part, "sub", POOL_ID);
    const memberOf = (user: User) => {
      const grant = grantOf(user); // not the store's work, so not in its time
      return { groupName: one.cursor.part, member: benchRow(user, pool), build: () => grant };
    };
    const page = { ...EMPTY, cursor: one.cursor, memberships: members.map(memberOf) };
    await timed(took, () => targets.commit({ ...page, users: page.memberships.map(({ member }) => member) }));
    if (one.from >= perGroup) reading.splice(at, 1);
  }
  report("  commit of a member page", took);
}

async function timed(took: number[], work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  took.push(performance.now() - start);
}

function report(what: string, took: number[]): void {
  const mean = took.reduce((sum, ms) => sum + ms, 0) / took.length;
  const sorted = took.toSorted((a, b) => a - b);
  const quantile = (q: number) => (sorted[Math.floor(sorted.length * q)] ?? 0).toFixed(2);
  print(`${what}: mean ${mean.toFixed(2)} ms, half below ${quantile(0.5)}, 99 % below ${quantile(0.99)}`);
}

/** Prints how long it took and the peak of memory meanwhile. */
async function phase<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  resetPeak();
  const start = performance.now();
  const result = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`${name.padEnd(12)} ${seconds.padStart(7)} s   peak RSS ${mib(peakBytes())}`);
  return result;
}

function resetPeak(): void {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
}

function peakBytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (existingFolder === undefined) {
  // Beside the checkout: /tmp may be in memory, and then the file would count as memory.
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), ".cache", "store-bench-"));
  try {
    print(`${users} users, ${groups} groups, ${memberships} memberships, pages of ${PAGE}`);
    for (const title of ["first run", "second run, onto the first"]) {
      print(`\n${title}`);
      const args = [import.meta.filename, ...[users, groups, memberships].map(String), folder];
      const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
      if (status !== 0) process.exit(1);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} else {
  // The rows made here are garbage at once, and V8 lets its young generation grow for them; the store keeps none.
  setFlagsFromString("--semi-space-growth-factor=1");
  await run(existingFolder);
}
