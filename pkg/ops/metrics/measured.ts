import type { MonotonicClock } from "../../core/clock.ts";
import type { Directory } from "../../core/directory.ts";
import { CATEGORY_OF } from "../../core/operations.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import type { Throttle } from "../../core/throttle.ts";
import type { PageEvent, QuotaWaitEvent } from "./events.ts";

/** The throttle, reporting the wait for each turn, also if the wait was aborted. */
export function measuredThrottle(
  inner: Throttle,
  wait: (event: QuotaWaitEvent) => void,
  monotonic: MonotonicClock,
): Throttle {
  return {
    async acquire(operation, priority, signal, callsAfter) {
      const askedAt = monotonic();
      try {
        await inner.acquire(operation, priority, signal, callsAfter);
      } finally {
        wait({ category: CATEGORY_OF[operation], priority, durationMs: monotonic() - askedAt });
      }
    },
    throttled: (operation) => inner.throttled(operation),
  };
}

/** What a sync lists. */
type Listings = Pick<Directory, "listUsers" | "listGroups" | "listMembers">;

/** The directory, reporting each page of the three listings. The other methods are not wrapped. */
export function measuredListings<D extends Listings>(
  inner: D,
  page: (event: PageEvent) => void,
  monotonic: MonotonicClock,
): D {
  async function timed<T>(
    listing: PageEvent["listing"],
    { ahead }: PageRequest,
    read: () => Promise<Page<T>>,
  ): Promise<Page<T>> {
    // Nobody waits for it, and its failure is not the failure of a listing.
    if (ahead !== undefined) return await read();
    const askedAt = monotonic();
    let outcome: PageEvent["outcome"] = "failed";
    try {
      const answer = await read();
      outcome = "ok";
      return answer;
    } finally {
      page({ listing, outcome, durationMs: monotonic() - askedAt });
    }
  }

  return {
    ...inner,
    listUsers: (request, signal) => timed("users", request, () => inner.listUsers(request, signal)),
    listGroups: (request, signal) => timed("groups", request, () => inner.listGroups(request, signal)),
    listMembers: (group, request, signal) =>
      timed("members", request, () => inner.listMembers(group, request, signal)),
  };
}
