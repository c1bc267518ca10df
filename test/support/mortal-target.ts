import type { PublishedRun, SyncTarget } from "../../pkg/sync/target.ts";

export interface Life {
  /** Throws when the process dies at this moment. */
  readonly step: () => void;
  readonly isDead: () => boolean;
}

/** A target of a process that may die just before or just after any call to it. A dead process closes nothing. */
export function mortalTarget<P extends PublishedRun>(
  target: SyncTarget<P>,
  { step, isDead }: Life,
): SyncTarget<P> {
  async function lived<T>(call: () => Promise<T>): Promise<T> {
    step();
    const answer = await call();
    step();
    return answer;
  }
  return {
    get name() {
      return target.name;
    },
    get run() {
      return target.run;
    },
    get resumed() {
      return target.resumed;
    },
    get discarded() {
      return target.discarded;
    },
    get complete() {
      return target.complete;
    },
    get counts() {
      return target.counts;
    },
    discard: () => lived(() => target.discard()),
    begin: (run, types, listings) => lived(() => target.begin(run, types, listings)),
    listings: () => target.listings(),
    commit: (page) => lived(() => target.commit(page)),
    dropGroup: (cursor) => lived(() => target.dropGroup(cursor)),
    rewind: (cursors) => lived(() => target.rewind(cursors)),
    previousMembers: (groups) => target.previousMembers(groups),
    unlisted: (most) => target.unlisted(most),
    check: (options) => lived(() => target.check(options)),
    publish: (options, signal) => lived(() => target.publish(options, signal)),
    async close() {
      if (!isDead()) await target.close();
    },
  };
}
