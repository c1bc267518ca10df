import { GovernanceError } from "../core/errors.ts";
import { isWholePool } from "../core/sync-scope.ts";
import type { RunOrigin } from "../store/ordered-run.ts";
import { readSyncFile, type StoredRun, type StoredSync } from "../store/read-sync-file.ts";
import type { ComparedGroup, ComparedMembership, Side } from "./side.ts";
import { storedGroup, storedUser, userSub } from "./stored-rows.ts";

export interface C1zPlace {
  readonly file: string;
  /** `previous`, or the id of a sync; undefined: the newest run of the whole pool. */
  readonly run: string | undefined;
  /** As it was written, for messages. */
  readonly name: string;
  /** Where it is unpacked. */
  readonly tempDir: string;
}

/** A complete run of a file of this connector. */
export async function openC1zSide(place: C1zPlace, signal: AbortSignal): Promise<Side> {
  const stored = await readSyncFile(place, signal);
  try {
    const { run, origin } = chosenRun(stored, place);
    return c1zSide(stored, run, origin, place);
  } catch (error) {
    stored.close();
    throw error;
  }
}

function c1zSide(stored: StoredSync, run: StoredRun, origin: RunOrigin, { name }: C1zPlace): Side {
  const { poolId, userIdKind, scope } = origin;
  const rows = stored.ordered(run.syncId, userIdKind === "sub" ? undefined : userSub);
  const what = isWholePool(scope) ? "the" : "the partial";
  return {
    name: `${name} (${what} run that ended ${run.endedAt?.toISOString() ?? "never"})`,
    poolId,
    scope: { ...scope, userIdKind },
    *users() {
      for (const user of rows.users()) yield storedUser(user);
    },
    *groups() {
      for (const group of rows.groups()) yield storedGroup(group);
    },
    *memberships(): Generator<ComparedMembership> {
      // The groups come in the order of the memberships, so one of them is held at a time.
      const groups = rows.groups()[Symbol.iterator]();
      let current: ComparedGroup | undefined;
      for (const { group, userKey } of rows.memberships()) {
        while (current?.name !== group) {
          const next = groups.next();
          if (next.done === true) throw withoutGroup(name);
          current = storedGroup(next.value);
        }
        yield { group, sub: userKey, groupCreatedAt: current.createdAt };
      }
    },
    async usernameOf(sub) {
      const user = rows.user(sub);
      return user === undefined ? undefined : storedUser(user).username;
    },
    async close() {
      stored.close();
    },
  };
}

interface ChosenRun {
  readonly run: StoredRun;
  readonly origin: RunOrigin;
}

function chosenRun(stored: StoredSync, { name, run: wanted }: C1zPlace): ChosenRun {
  const complete = stored.runs().flatMap((run): ChosenRun[] => {
    const origin = run.endedAt === undefined ? undefined : stored.origin(run.syncId);
    return origin === undefined ? [] : [{ run, origin }];
  });
  if (complete.length === 0) {
    throw new GovernanceError(
      "failed-precondition",
      `${name} has no complete run of this connector, so it is not known which pool and what of it was read; sync again`,
    );
  }
  const whole = complete.filter(({ origin }) => isWholePool(origin.scope));
  const found =
    wanted === undefined
      ? (whole[0] ?? complete[0])
      : wanted === "previous"
        ? whole[1]
        : complete.find(({ run }) => run.syncId === wanted);
  if (found !== undefined) return found;
  const has = complete.map(({ run }) => run.syncId).join(", ");
  const missing = wanted === "previous" ? "only one run of the whole pool" : `no run ${wanted}`;
  throw new GovernanceError("not-found", `${name}: the file has ${missing}; its runs are ${has}`);
}

function withoutGroup(name: string): GovernanceError {
  return new GovernanceError("data-loss", `${name} is damaged: a membership has no group; sync again`);
}
