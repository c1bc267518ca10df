import { type ListingCursor, listingKey, type SyncCounts } from "../../pkg/core/sync-plan.ts";
import { type SyncScope, WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import type { Entitlement, Grant, Resource, ResourceType } from "../../pkg/protocol/messages.ts";
import { combineTargets } from "../../pkg/sync/combine-targets.ts";
import { runSync } from "../../pkg/sync/run-sync.ts";
import type { CompleteRun, PublishedRun, SyncRun, SyncTarget } from "../../pkg/sync/target.ts";

export interface MemoryRun {
  run: SyncRun | undefined;
  complete: CompleteRun | undefined;
  types: readonly ResourceType[];
  readonly listings: Map<string, ListingCursor>;
  readonly resources: Map<string, Resource>;
  /** The number of users among them. */
  readonly stamps: Map<string, string>;
  readonly entitlements: Map<string, Entitlement>;
  readonly grants: Map<string, Grant>;
  /** Whether they are new. */
  readonly unlisted: Map<string, boolean>;
}

export const NOON = new Date("2026-11-28T12:00:00Z");

export function emptyRun(): MemoryRun {
  return {
    run: undefined,
    complete: undefined,
    types: [],
    listings: new Map(),
    resources: new Map(),
    stamps: new Map(),
    entitlements: new Map(),
    grants: new Map(),
    unlisted: new Map(),
  };
}

export interface MemoryTargetOptions {
  readonly name?: string;
  readonly previousMembers?: Readonly<Record<string, number>>;
  /** Called before each commit and each drop of a group. If it rejects, the call rejects with the same error. */
  readonly beforeWrite?: () => Promise<void>;
  readonly beforePublish?: () => Promise<void>;
  readonly beforeCheck?: () => Promise<void>;
}

export function countsOf(run: MemoryRun): SyncCounts {
  const of = (type: string) => [...run.resources.keys()].filter((key) => key.startsWith(`${type}:`)).length;
  return { users: of("user"), groups: of("group"), memberships: run.grants.size };
}

export function openListingsOf(run: MemoryRun): readonly ListingCursor[] {
  return [...run.listings.values()].filter(({ state }) => state === "open");
}

/** A target over a run in memory. Opening another one over the same run is what a restart after a kill is. */
export function memoryTarget(run: MemoryRun, options: MemoryTargetOptions = {}): SyncTarget {
  const resumed = run.run !== undefined;
  function removeGrants(group: string): void {
    for (const [id, row] of run.grants) {
      if (row.entitlement?.resource?.id?.resource === group) run.grants.delete(id);
    }
  }
  function move(cursor: ListingCursor): void {
    const key = listingKey(cursor);
    if (run.listings.get(key)?.state !== "open") throw new Error(`${key} is not open`);
    run.listings.set(key, cursor);
  }
  /** Whether the run holds an older group of that name. */
  function isAnother({ id, createdAt }: Resource): boolean {
    const known = run.resources.get(`group:${id?.resource}`)?.createdAt;
    return known !== undefined && known.seconds !== createdAt?.seconds;
  }
  function clear(): void {
    for (const rows of [run.listings, run.resources, run.stamps, run.entitlements, run.grants, run.unlisted])
      rows.clear();
    run.run = undefined;
  }
  return {
    name: options.name ?? "memory",
    get run() {
      return run.run;
    },
    get resumed() {
      return resumed && run.run !== undefined;
    },
    discarded: undefined,
    get complete() {
      return run.complete;
    },
    get counts() {
      return countsOf(run);
    },
    async discard() {
      clear();
    },
    async begin(begun, types, listings) {
      run.run = begun;
      run.types = types;
      for (const cursor of listings) run.listings.set(listingKey(cursor), cursor);
    },
    listings: async () => [...run.listings.values()],
    async commit(page) {
      await options.beforeWrite?.();
      move(page.cursor);
      const again = new Set(
        page.groups.filter((row) => isAnother(row.build())).map(({ group }) => group.name),
      );
      const opened = page.opens.filter((cursor) => {
        const known = run.listings.get(listingKey(cursor));
        if (known === undefined || known.state === "dropped") return true;
        return again.has(cursor.part) && (known.state === "done" || page.membersAreIdle === true);
      });
      for (const cursor of opened) {
        run.listings.set(listingKey(cursor), cursor);
        if (again.has(cursor.part)) removeGrants(cursor.part);
      }
      for (const [place, user] of page.users.entries()) {
        const key = `${user.resourceTypeId}:${user.resourceId}`;
        const noted = page.proof?.users[place];
        if (page.proof?.lists === true) run.unlisted.delete(user.resourceId);
        else if (noted !== undefined && !run.stamps.has(key)) run.unlisted.set(noted.id, noted.isNew);
        if (run.stamps.get(key) === user.stamp) continue;
        run.stamps.set(key, user.stamp);
        run.resources.set(key, user.build());
      }
      for (const group of page.groups) {
        run.resources.set(`group:${group.group.name}`, group.build());
        for (const row of group.entitlements()) run.entitlements.set(row.id, row);
      }
      for (const membership of page.memberships) {
        const grant = membership.build();
        run.grants.set(grant.id, grant);
      }
      return opened;
    },
    async dropGroup(cursor) {
      await options.beforeWrite?.();
      move(cursor);
      run.resources.delete(`group:${cursor.part}`);
      for (const [id, row] of run.entitlements) {
        if (row.resource?.id?.resource === cursor.part) run.entitlements.delete(id);
      }
      removeGrants(cursor.part);
    },
    async rewind(cursors) {
      for (const cursor of cursors) {
        run.listings.set(listingKey(cursor), cursor);
        if (cursor.kind === "members" && cursor.pages === 0) removeGrants(cursor.part);
      }
    },
    previousMembers: async (groups) => groups.map((group) => options.previousMembers?.[group] ?? 0),
    async unlisted(most) {
      const earlier = [...run.unlisted].filter(([, isNew]) => !isNew).map(([id]) => id);
      const { size: total } = run.unlisted;
      return { total, isNew: total - earlier.length, ids: earlier.slice(0, most) };
    },
    async check() {
      await options.beforeCheck?.();
    },
    async publish(): Promise<PublishedRun> {
      await options.beforePublish?.();
      if (run.run === undefined) throw new Error("no run was begun");
      const previous = run.complete?.counts;
      run.complete = { ...run.run, endedAt: NOON, counts: countsOf(run) };
      run.run = undefined;
      return { ...run.complete, previous };
    },
    close: async () => {},
  };
}

/** Reads with the engine into these targets. */
export async function syncInto(
  targets: readonly SyncTarget[],
  {
    scope = WHOLE_POOL,
    startedAt = NOON,
    ...options
  }: Omit<Parameters<typeof runSync>[0], "targets" | "newRun"> & {
    readonly scope?: SyncScope;
    readonly startedAt?: Date;
  },
  signal: AbortSignal = new AbortController().signal,
) {
  return await runSync(
    {
      ...options,
      targets: await combineTargets(targets),
      newRun: () => ({ id: crypto.randomUUID(), startedAt, scope }),
    },
    signal,
  );
}
