// Random histories of a pool, synced into an inventory, and readers of its event feed in between: what a reader knows after
// the events is what the pool is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "vitest";
import type { Connector } from "../pkg/connector/connector.ts";
import { createConnector } from "../pkg/connector/create-connector.ts";
import { groupResource } from "../pkg/connector/groups.ts";
import { userResource } from "../pkg/connector/users.ts";
import { systemClocks } from "../pkg/core/clock.ts";
import { WHOLE_POOL } from "../pkg/core/sync-scope.ts";
import type { User } from "../pkg/core/user.ts";
import { createInventoryFeed } from "../pkg/inventory/events/inventory-feed.ts";
import { openInventoryReader } from "../pkg/inventory/open-reader.ts";
import { openInventoryTarget } from "../pkg/inventory/open-target.ts";
import { membershipGrantId } from "../pkg/protocol/ids.ts";
import { type Event, ResourceSchema } from "../pkg/protocol/messages.ts";
import { syncOnce } from "../pkg/sync/sync-once.ts";
import { changedPool, type PlainPool, randomOf, randomPool } from "./support/changing-pool.ts";
import { fakeDirectory, POOL, somePool } from "./support/fake-directory.ts";

const never = new AbortController().signal;
const described = somePool({ aliasAttributes: ["email", "preferred_username"] });
const FIRST_SYNC_MS = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A pool that is set from outside, its inventory, and the connector that serves it. */
function stage() {
  const folder = mkdtempSync(join(tmpdir(), "connector-feed-"));
  folders.push(folder);
  const place = { engine: "sqlite", name: join(folder, "pool.db") } as const;
  const { directory, content } = fakeDirectory({ pool: described });
  let nowMs = FIRST_SYNC_MS;
  const now = () => nowMs;
  const connector = createConnector({
    directory,
    poolId: POOL,
    userIdKind: "sub",
    now,
    changes: createInventoryFeed({
      poolId: POOL,
      open: (signal) => openInventoryReader(place, signal),
    }),
  });

  async function sync(pool: PlainPool): Promise<string> {
    content.users = [...pool.users.values()];
    content.groups = [...pool.groups.values()];
    content.members = new Map([...pool.members].map(([name, subs]) => [name, usersOf(pool, subs)]));
    nowMs += HOUR;
    const target = openInventoryTarget(place, {
      fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
      stateDir: folder,
      acceptShrink: true,
      now,
      describePool: async () => described,
    });
    const { published } = await syncOnce(
      {
        connector,
        scope: WHOLE_POOL,
        targets: [target],
        listingsAtOnce: 2,
        publishing: { acceptShrink: true },
        clocks: { ...systemClocks, now },
        randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
        callTotals: () => ({ calls: 0, throttles: 0 }),
        resumedBy: "the same command",
        events: {},
      },
      never,
    );
    return published[0]?.id ?? "";
  }

  return { connector, sync };
}

function usersOf(pool: PlainPool, subs: ReadonlySet<string>): User[] {
  return [...subs].flatMap((sub) => pool.users.get(sub) ?? []);
}

const grantsOf = (pool: PlainPool): Set<string> =>
  new Set([...pool.members].flatMap(([name, subs]) => [...subs].map((sub) => membershipGrantId(name, sub))));

/** The mapped bytes of every user and group by its id. */
function rowsOf(pool: PlainPool): ReadonlyMap<string, string> {
  const resources = [
    ...[...pool.users.values()].map((user) => userResource(user, described, "sub")),
    ...[...pool.groups.values()].map((group) => groupResource(group, POOL)),
  ];
  return new Map(
    resources.map((resource) => [
      `${resource.id?.resourceType} ${resource.id?.resource}`,
      Buffer.from(toBinary(ResourceSchema, resource)).toString("base64"),
    ]),
  );
}

function changedRows(before: PlainPool, after: PlainPool): readonly string[] {
  const [then, now] = [rowsOf(before), rowsOf(after)];
  return [...new Set([...then.keys(), ...now.keys()])].filter((id) => then.get(id) !== now.get(id)).sort();
}

/** A platform that begins with a full sync, and from then on reads events alone. */
function createPlatform(connector: Connector, first: PlainPool) {
  const grants = grantsOf(first);
  const seen: Event[] = [];
  let cursor = "";
  return {
    grants,
    seen,
    async readPage(pageSize: number): Promise<boolean> {
      const request = { feedId: "", cursor, startAt: undefined, pageSize, maxBytes: 1 << 22 };
      const page = await connector.listEvents(request, never);
      cursor = page.cursor;
      for (const event of page.events) apply(event, grants);
      seen.push(...page.events);
      return page.hasMore;
    },
  };
}

function apply({ event }: Event, grants: Set<string>): void {
  if (event.case !== "createGrantEvent" && event.case !== "createRevokeEvent") return;
  const { entitlement, principal } = event.value;
  const id = `${entitlement?.id}:${principal?.id?.resourceType}:${principal?.id?.resource}`;
  // Each event is news: what is granted was not, and what is revoked was.
  expect({ id, isGranted: grants.has(id) }).toEqual({ id, isGranted: event.case === "createRevokeEvent" });
  if (event.case === "createGrantEvent") grants.add(id);
  else grants.delete(id);
}

describe("a platform that reads the events of the pool", () => {
  const SEEDS = Array.from({ length: 6 }, (_, n) => n + 1);

  test.for(SEEDS)("knows who is in which group, whenever it reads: seed %i", async (seed) => {
    const random = randomOf(seed);
    const { connector, sync } = stage();
    let pool = randomPool(random, 12);
    const history: { readonly runId: string; readonly before: PlainPool; readonly after: PlainPool }[] = [];
    await sync(pool);
    const platforms = [createPlatform(connector, pool), createPlatform(connector, pool)];
    for (let run = 0; run < 6; run += 1) {
      const before = pool;
      pool = random() < 0.2 ? pool : changedPool(random, pool);
      history.push({ runId: await sync(pool), before, after: pool });
      for (const platform of platforms) {
        for (let reads = Math.floor(random() * 4); reads > 0; reads -= 1) {
          await platform.readPage(1 + Math.floor(random() * 9));
        }
      }
    }
    const [one, other] = platforms;
    for (const platform of platforms) {
      while (await platform.readPage(7));
      const { grants, seen } = platform;
      expect(grants).toEqual(grantsOf(pool));
      expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    }
    expect(one?.seen).toEqual(other?.seen);

    for (const { runId, before, after } of history) {
      const events = one?.seen.filter(({ id }) => id.startsWith(runId)) ?? [];
      expect({ runId, changed: changedIn(events) }).toEqual({ runId, changed: changedRows(before, after) });
      const rows = new Map([...rowsOf(before), ...rowsOf(after)]);
      for (const { event } of events) {
        if (event.case !== "createGrantEvent" && event.case !== "createRevokeEvent") continue;
        const { principal } = event.value;
        if (principal === undefined) throw new Error("an event without its principal");
        const bytes = Buffer.from(toBinary(ResourceSchema, principal)).toString("base64");
        expect(bytes).toBe(rows.get(`user ${principal.id?.resource}`));
      }
    }
  });
});

/** The resources that the events name, each once. */
function changedIn(events: readonly Event[]): readonly string[] {
  const ids = events.flatMap(({ event }) =>
    event.case === "resourceChangeEvent"
      ? [`${event.value.resourceId?.resourceType} ${event.value.resourceId?.resource}`]
      : [],
  );
  expect(new Set(ids).size).toBe(ids.length);
  return ids.sort();
}
