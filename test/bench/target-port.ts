// Measures what the port of a sync's targets costs a page, apart from any target: pages of 60 rows are committed to
// targets that do nothing, eight listings side by side.
//   node test/bench/target-port.ts               200,000 pages
//   node test/bench/target-port.ts 1000000
import { type ListingCursor, membersListing, NO_ROWS } from "../../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import { combineTargets } from "../../pkg/sync/combine-targets.ts";
import type { SyncPage, SyncRun, SyncTarget } from "../../pkg/sync/target.ts";

const SIDE_BY_SIDE = 8;
const RUN: SyncRun = { id: "3MQ1VqVfNWcserrPtRDPDx6Yklq", startedAt: new Date(0), scope: WHOLE_POOL };
const [pages = 200_000] = process.argv.slice(2).map(Number);

function idleTarget(name: string): SyncTarget {
  const done = async (): Promise<void> => {};
  const none = async (): Promise<readonly ListingCursor[]> => [];
  return {
    name,
    run: RUN,
    resumed: true,
    discarded: undefined,
    complete: undefined,
    counts: NO_ROWS,
    discard: done,
    begin: done,
    listings: none,
    commit: none,
    dropGroup: done,
    rewind: done,
    previousMembers: async (groups) => groups.map(() => 0),
    unlisted: async () => ({ total: 0, isNew: 0, ids: [] }),
    check: done,
    publish: async () => ({ ...RUN, endedAt: RUN.startedAt, counts: NO_ROWS, previous: undefined }),
    close: done,
  };
}

async function measure(targets: number): Promise<number> {
  const group = await combineTargets(Array.from({ length: targets }, (_, index) => idleTarget(`${index}`)));
  const page: SyncPage = { cursor: membersListing("g"), opens: [], users: [], groups: [], memberships: [] };
  const listing = async (): Promise<void> => {
    for (let read = 0; read < pages / SIDE_BY_SIDE; read += 1) await group.commit(page);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, listing));
  return ((performance.now() - startedAt) * 1000) / pages;
}

await measure(1); // compiles
for (const targets of [1, 2, 3]) {
  const microseconds = await measure(targets);
  process.stdout.write(
    `${targets} target${targets === 1 ? " " : "s"}  ${microseconds.toFixed(2)} µs a page\n`,
  );
}
