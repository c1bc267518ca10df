// Measures an inventory in PostgreSQL on the same machine: a first run, a run after 1 % of the people have changed, and the
// queries that people ask. Pages are made here, so no call to AWS is in the time.
//   node test/bench/inventory-postgres.ts                     1,000,000 users, 500 groups, 2,000,000 memberships
//   node test/bench/inventory-postgres.ts 100000 50 200000    users, groups, memberships
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
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
import { openPostgresReader } from "../../pkg/inventory/postgres/reader/postgres-reader.ts";
import { openPostgresTarget } from "../../pkg/inventory/postgres/target/postgres-target.ts";
import type { PublishedInventory } from "../../pkg/inventory/target/published.ts";
import type { SyncTarget } from "../../pkg/sync/target.ts";
import { somePool } from "../support/fake-directory.ts";
import { accessTo, TEST_PASSWORD } from "../support/postgres-inventory.ts";
import { postgresPrograms, startPostgres } from "../support/postgres-server.ts";
import { benchGroupName, benchRow, benchSub, benchUser } from "./bench-people.ts";

const POOL_ID = "eu-west-1_Bench";
const PAGE = 60;
const WANTED_ROWS_A_SECOND = 5000;
const WANTED_MS = 50;
const EMPTY = { opens: [], users: [], groups: [], memberships: [] };
const never = new AbortController().signal;
const pool = somePool({ id: POOL_ID });

const [users = 1_000_000, groups = 500, memberships = 2 * users] = process.argv.slice(2, 5).map(Number);
const perGroup = Math.ceil(memberships / groups);
let isGood = true;

if (postgresPrograms() === undefined) {
  print("PostgreSQL is not installed on this machine, so an inventory in it is not measured");
  process.exit(0);
}

// As a server is set up, but for the size of its cache.
const server = await startPostgres({
  isOnDisk: true,
  settings: { fsync: "on", full_page_writes: "on", shared_buffers: "512MB", max_wal_size: "4GB" },
});
try {
  await server.createDatabase("bench", TEST_PASSWORD);
  const access = accessTo(server, "bench");
  print(`${users} users, ${groups} groups, ${memberships} memberships, pages of ${PAGE}`);
  for (const changed of [false, true]) {
    resetPeak();
    const target = await openPostgresTarget(
      access,
      {
        fingerprint: { poolId: POOL_ID, userIdKind: "sub", mappingVersion: 1 },
        stateDir: "",
        acceptShrink: false,
        now: () => Date.now(),
        describePool: async () => pool,
      },
      never,
    );
    const start = performance.now();
    const published = await syncInto(target, changed);
    await target.close();
    const seconds = (performance.now() - start) / 1000;
    const rate = Math.round((users + groups + perGroup * groups) / seconds);
    judge(rate >= WANTED_ROWS_A_SECOND);
    print(
      `run ${published.runNumber}: ${seconds.toFixed(1)} s, ${rate} rows a second (wanted: ${WANTED_ROWS_A_SECOND}), ${published.changes} changes, peak RSS ${peakMiB()} MiB`,
    );
  }
  const [size] = await server.sql(
    `SELECT pg_database_size('bench') AS all_of_it,
       (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ('users', 'groups', 'memberships')) AS rows`,
    "bench",
  );
  const mib = (bytes: unknown) => Math.round(Number(bytes) / 2 ** 20);
  print(`database ${mib(size?.["all_of_it"])} MiB, of it the rows ${mib(size?.["rows"])} MiB`);
  await measureQueries();
} finally {
  await server.remove();
}
process.exitCode = isGood ? 0 : 1;

async function syncInto(
  target: SyncTarget<PublishedInventory>,
  changed: boolean,
): Promise<PublishedInventory> {
  const startedAt = new Date();
  await target.begin(
    { id: ksuid(Date.now(), randomBytes), startedAt, scope: WHOLE_POOL },
    [],
    firstListings(WHOLE_POOL),
  );
  await phase("users", () => readUsers(target, changed));
  await phase("groups", () => readGroups(target));
  await phase("memberships", () => readMembers(target, changed));
  return await phase("publish", () => target.publish({ acceptShrink: false }, never));
}

/** In the second run every hundredth has a new name. */
function userOf(index: number, changed: boolean): User {
  const user = benchUser(index);
  if (!changed || index % 100 !== 0) return user;
  const attributes = new Map([...user.attributes, ["family_name", "Changed"]]);
  return { ...user, modifiedAt: new Date(user.modifiedAt.getTime() + 1000), attributes };
}

async function readUsers(target: SyncTarget, changed: boolean): Promise<void> {
  for (let from = 0; from < users; from += PAGE) {
    const size = Math.min(PAGE, users - from);
    const rows = Array.from({ length: size }, (_, index) => benchRow(userOf(from + index, changed), pool));
    const cursor = advance(USERS_LISTING, from + size < users ? `p1:${from + size}` : "");
    await target.commit({ ...EMPTY, cursor, users: rows });
  }
}

async function readGroups(target: SyncTarget): Promise<void> {
  const when = new Date(Date.UTC(2024, 1, 1));
  const names = Array.from({ length: groups }, (_, index) => benchGroupName(index));
  const rows = names.map((name, precedence) => ({
    group: {
      name,
      description: undefined,
      roleArn: undefined,
      precedence,
      createdAt: when,
      modifiedAt: when,
    },
    build: () => unused(),
    entitlements: () => unused(),
  }));
  await target.commit({
    ...EMPTY,
    cursor: advance(GROUPS_LISTING, ""),
    groups: rows,
    opens: names.map(membersListing),
  });
}

async function readMembers(target: SyncTarget, changed: boolean): Promise<void> {
  for (let group = 0; group < groups; group += 1) {
    const groupName = benchGroupName(group);
    let cursor: ListingCursor = membersListing(groupName);
    for (let from = 0; from < perGroup; from += PAGE) {
      const size = Math.min(PAGE, perGroup - from);
      const rows = Array.from({ length: size }, (_, index) => {
        // 2,503 is prime to every size here, so a group contains each user once.
        const member = benchRow(userOf((group * 7919 + (from + index) * 2503) % users, changed), pool);
        return { groupName, member, build: () => unused() };
      });
      cursor = advance(cursor, from + size < perGroup ? `p1:${from + size}` : "");
      await target.commit({ ...EMPTY, cursor, users: rows.map(({ member }) => member), memberships: rows });
    }
  }
}

function unused(): never {
  throw new Error("an inventory builds no message");
}

async function measureQueries(): Promise<void> {
  const reader = await openPostgresReader(accessTo(server, "bench"), never);
  const queries = [
    ["one person", "SELECT * FROM current_users WHERE pool_id = ? AND sub = ?", benchSub(4711)],
    [
      "members of a group",
      "SELECT * FROM current_memberships WHERE pool_id = ? AND group_name = ?",
      benchGroupName(7),
    ],
    ["groups of a person", "SELECT * FROM current_memberships WHERE pool_id = ? AND sub = ?", benchSub(4711)],
    [
      "changes of the last run",
      `SELECT after, before, kind, sub, group_name, field, requested_by, change FROM changes
       WHERE pool_id = ? AND run = CAST(? AS bigint)`,
      "2",
    ],
  ] as const;
  for (const [what, sql, parameter] of queries) {
    const took: number[] = [];
    let rows = 0;
    for (let time = 0; time < 21; time += 1) {
      const start = performance.now();
      rows = 0;
      for await (const _ of (await reader.query(sql, [POOL_ID, parameter])).rows) rows += 1;
      took.push(performance.now() - start);
    }
    const median = took.toSorted((a, b) => a - b)[10] ?? 0;
    judge(median < WANTED_MS);
    print(`${what}: ${rows} rows in ${median.toFixed(1)} ms (wanted: under ${WANTED_MS})`);
  }
  await reader.close();
}

async function phase<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  print(`  ${name.padEnd(12)} ${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s`);
  return result;
}

function judge(good: boolean): void {
  isGood &&= good;
}

function resetPeak(): void {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
}

function peakMiB(): number {
  const kib =
    process.platform === "linux"
      ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0)
      : process.resourceUsage().maxRSS;
  return Math.round(kib / 1024);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
