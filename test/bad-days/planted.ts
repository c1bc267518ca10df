// Defects that the runner puts into the program while it runs, to prove that it notices them.

import fs, { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ComposeOptions, compose, type Runtime } from "../../cmd/connector/app/compose.ts";
import type { Connector, Listing, ListRequest, UserRow } from "../../pkg/connector/connector.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { Planted } from "./sync-day.ts";

export interface Defect {
  readonly name: string;
  /** What the runner says about it. */
  readonly noticed: RegExp;
  /** A day that shows it. */
  readonly day: number;
  /** Called for each day. */
  readonly plant: () => Planted;
}

interface Where {
  readonly listing: string;
  readonly request: ListRequest;
}

/** Reads one page, and may answer another. */
type BendPage = <T>(read: (request: ListRequest) => Promise<Listing<T>>, where: Where) => Promise<Listing<T>>;

function withPages(connector: Connector, bend: BendPage): Connector {
  return {
    ...connector,
    listUsers: (request, signal) =>
      bend((now) => connector.listUsers({ ...request, ...now }, signal), {
        listing: `users ${request.subPrefix ?? ""}`,
        request,
      }),
    listGroups: (request, signal) =>
      bend((now) => connector.listGroups(now, signal), { listing: "groups", request }),
    listMembers: (group, request, signal) =>
      bend((now) => connector.listMembers(group, now, signal), { listing: `members ${group}`, request }),
  };
}

/** Bends every page. `make` is called for each process. */
function inPages(make: (runtime: Runtime) => BendPage): () => Planted {
  return () => ({
    compose(options) {
      const runtime = compose(options);
      return { ...runtime, connector: withPages(runtime.connector, make(runtime)) };
    },
  });
}

/** Composes with other settings. */
function inSettings(change: (options: ComposeOptions) => ComposeOptions): () => Planted {
  return () => ({ compose: (options) => compose(change(options)) });
}

/** Changes something on the disk before a process begins. */
function beforeEach(change: (stateDir: string) => void): () => Planted {
  return () => ({
    compose(options) {
      change(options.config.stateDir);
      return compose(options);
    },
  });
}

/** Bends the users of all syncs of a day. `make` is called for each day. */
function inUsers(
  make: () => (users: readonly UserRow[], isLast: boolean) => readonly UserRow[],
): () => Planted {
  return () => {
    const bend = make();
    return {
      compose(options) {
        const runtime = compose(options);
        const { connector } = runtime;
        const listUsers: Connector["listUsers"] = async (request, signal) => {
          const page = await connector.listUsers(request, signal);
          return { ...page, items: bend(page.items, page.nextPageToken === "") };
        };
        return { ...runtime, connector: { ...connector, listUsers } };
      },
    };
  };
}

const isFailure = (error: unknown): boolean => error instanceof GovernanceError && error.code !== "canceled";
const throttles = ({ throttle }: Runtime): number =>
  throttle.status().reduce((sum, one) => sum + one.throttles, 0);

export const DEFECTS: readonly Defect[] = [
  {
    name: "the last row of a page is lost after a throttle",
    noticed: /lost: /u,
    day: 19,
    plant: inPages((runtime) => async (read, { request }) => {
      const before = throttles(runtime);
      const page = await read(request);
      return throttles(runtime) === before ? page : { ...page, items: page.items.slice(0, -1) };
    }),
  },
  {
    name: "a page that failed is an empty one",
    noticed: /lost: /u,
    day: 51,
    plant: inPages(() => async (read, { request }) => {
      try {
        return await read(request);
      } catch (error) {
        if (!isFailure(error)) throw error;
        return { items: [], nextPageToken: "" };
      }
    }),
  },
  {
    name: "a marker that has died is the end of its listing",
    noticed: /lost: /u,
    day: 3,
    plant: () => {
      const sentMs = new Map<string, number>();
      return {
        compose(options) {
          const { monotonic } = options.clocks;
          const runtime = compose(options);
          const bend: BendPage = async (read, { request }) => {
            const since = monotonic() - (sentMs.get(request.pageToken) ?? monotonic());
            if (since > 3_600_000) return { items: [], nextPageToken: "" };
            const page = await read(request);
            if (page.nextPageToken !== "") sentMs.set(page.nextPageToken, monotonic());
            return page;
          };
          return { ...runtime, connector: withPages(runtime.connector, bend) };
        },
      };
    },
  },
  {
    name: "a run goes on one page too late",
    noticed: /lost: /u,
    day: 28,
    plant: inPages(() => {
      const begun = new Set<string>();
      return async (read, { listing, request }) => {
        const isFirst = !begun.has(listing);
        begun.add(listing);
        const page = await read(request);
        if (!isFirst || request.pageToken === "" || page.nextPageToken === "") return page;
        return await read({ ...request, pageToken: page.nextPageToken });
      };
    }),
  },
  {
    name: "a listing ends where one call needed several attempts",
    noticed: /lost: /u,
    day: 2,
    plant: inPages(({ meter }) => async (read, { request }) => {
      const before = meter.total();
      const page = await read(request);
      return meter.total() - before > 4 ? { ...page, nextPageToken: "" } : page;
    }),
  },
  {
    name: "a deleted user is kept",
    noticed: /kept: /u,
    day: 4,
    plant: inUsers(() => {
      const known = new Map<string, UserRow>();
      return (users, isLast) => {
        for (const one of users) known.set(one.resourceId, one);
        return isLast ? [...known.values()] : users;
      };
    }),
  },
  {
    name: "the first reading of a user is kept for ever",
    noticed: /never so: /u,
    day: 6,
    plant: inUsers(() => {
      const known = new Map<string, UserRow>();
      return (users) =>
        users.map((one) => {
          const first = known.get(one.resourceId) ?? one;
          known.set(one.resourceId, first);
          return first;
        });
    }),
  },
  {
    name: "requests are sent a fifth above the rate",
    noticed: /calls in 10 s/u,
    day: 16,
    plant: inSettings(({ config, ...others }) => ({
      ...others,
      config: {
        ...config,
        rates: {
          ...config.rates,
          UserList: config.rates.UserList * 1.2,
          UserPoolResourceRead: config.rates.UserPoolResourceRead * 1.2,
        },
      },
    })),
  },
  {
    name: "a call that failed is waited for without end",
    noticed: /hangs: /u,
    day: 11,
    plant: inPages(() => async (read, { request }) => {
      try {
        return await read(request);
      } catch (error) {
        if (!isFailure(error)) throw error;
        return await new Promise(() => {});
      }
    }),
  },
  {
    name: "a failure loses its cause",
    noticed: /which no fault explains/u,
    day: 27,
    plant: inPages(() => async (read, { request }) => {
      try {
        return await read(request);
      } catch (error) {
        if (!isFailure(error)) throw error;
        throw new Error("failed", { cause: error });
      }
    }),
  },
  {
    name: "a run that goes on takes the listings of members as read",
    noticed: /lost: member/u,
    day: 90,
    plant: beforeEach((stateDir) =>
      onWork(stateDir, "UPDATE listings SET state = 'done' WHERE kind = 'members'"),
    ),
  },
  {
    name: "a run that goes on has lost rows that were committed",
    noticed: /lost: member|which no fault explains/u,
    day: 3,
    plant: beforeEach((stateDir) =>
      onWork(stateDir, "DELETE FROM grants WHERE rowid = (SELECT max(rowid) FROM grants)"),
    ),
  },
  {
    name: "the lock of a target is not kept",
    noticed: /second sync of the same target/u,
    day: 5,
    plant: beforeEach((stateDir) => {
      const folder = dirname(stateDir);
      for (const name of readdirSync(folder)) if (name.endsWith("-lock")) rmSync(join(folder, name));
    }),
  },
  {
    name: "a file is written in its place, in two writes",
    noticed: /cannot be read|newest run is gone|has changed/u,
    day: 13,
    plant: () => {
      const real = fs.renameSync;
      return {
        install() {
          const inPlace: typeof real = (from, to) => {
            if (!String(to).endsWith(".c1z")) {
              real(from, to);
              return;
            }
            const content = readFileSync(from);
            fs.writeFileSync(to, content.subarray(0, content.length / 2));
            fs.writeFileSync(to, content);
            rmSync(from);
          };
          Object.assign(fs, { renameSync: inPlace });
          syncBuiltinESMExports();
        },
        uninstall() {
          Object.assign(fs, { renameSync: real });
          syncBuiltinESMExports();
        },
      };
    },
  },
];

/** Changes the working databases that an earlier process has left. */
function onWork(stateDir: string, sql: string): void {
  if (!existsSync(stateDir)) return;
  for (const name of readdirSync(stateDir).filter((one) => /\.work-[0-9a-f]{12}$/u.test(one))) {
    const database = new DatabaseSync(join(stateDir, name));
    try {
      if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'grants'").get() !== undefined)
        database.exec(sql);
    } finally {
      database.close();
    }
  }
}
