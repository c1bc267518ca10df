// How a run reads memberships (D31): decided before it begins, and once more where AWS refuses what was decided.

import type { Connector } from "../connector/connector.ts";
import type { EpochMs, Sleep } from "../core/clock.ts";
import type { Pool } from "../core/pool.ts";
import type { ReadMembers } from "../core/sync-plan.ts";
import { isWholePool, type SyncScope } from "../core/sync-scope.ts";
import { beginAgain, combineTargets, type TargetGroup } from "./combine-targets.ts";
import { ByUserRefused } from "./groups-of-user.ts";
import { chooseMembers, type MemberFacts, type MembersChoice } from "./member-cost.ts";
import type { PublishedRun, SyncTarget } from "./target.ts";

/** What decides how memberships are read. Asked when a new run begins. */
export interface MembersOptions {
  readonly setting: ReadMembers;
  readonly pace: () => Pick<MemberFacts, "listPerSecond" | "perUserPerSecond" | "latencyMs">;
  /** Where AWS contradicts itself. */
  readonly sleep: Sleep;
  /** By default each run may try by user. */
  readonly refusals?: UserRefusals;
}

/** What later runs know: AWS refuses the groups of one user of the pool. None of it may throw. */
export interface UserRefusals {
  /** When it was noted last. Undefined where nothing is noted, or nothing that can be read. */
  last(): EpochMs | undefined;
  note(nowMs: EpochMs): void;
  forget(): void;
}

const TRIES_AGAIN_AFTER_MS = 7 * 24 * 3_600_000;

/** A run that would ask for the groups of users does not go on where that is not wanted any more. */
export async function fittingGroup<P extends PublishedRun>(
  targets: readonly SyncTarget<P>[],
  members: MembersOptions | undefined,
): Promise<TargetGroup<P>> {
  const group = await combineTargets(targets);
  if (!group.resumed || members?.setting !== "by-group") return group;
  const listings = await group.listings();
  const isForbidden = listings.some(({ kind, state }) => kind === "users-with-groups" && state === "open");
  if (!isForbidden) return group;
  return await beginAgain(targets, "it reads memberships by user, and --read-members is by-group");
}

export interface ChoiceFacts {
  readonly connector: Connector;
  readonly scope: SyncScope;
  readonly members: MembersOptions | undefined;
  readonly listingsAtOnce: number;
  readonly partsAtOnce: number;
  readonly pool: Pool | undefined;
  readonly nowMs: EpochMs;
}

/** Undefined where the run has begun already, or reads a part of the pool alone. */
export async function chooseWay(
  targets: TargetGroup<PublishedRun>,
  { connector, scope, members, listingsAtOnce, partsAtOnce, pool, nowMs }: ChoiceFacts,
  signal: AbortSignal,
): Promise<MembersChoice | undefined> {
  if (targets.run !== undefined || members === undefined || !isWholePool(scope)) return undefined;
  const { previousCounts } = targets;
  const facts = previousCounts && {
    counts: { ...previousCounts, users: pool?.estimatedUsers ?? previousCounts.users },
    ...members.pace(),
    listingsAtOnce,
    partsAtOnce,
  };
  const choice = chooseMembers(members.setting, facts);
  if (choice.membersRead === "by group" || members.setting !== "auto") return choice;
  const why =
    refusedLately(members.refusals, nowMs) ??
    ((await connector.mayListGroupsOfUsers(signal))
      ? undefined
      : "which needs AdminListGroupsForUser, and that is not known to be allowed");
  if (why === undefined) return choice;
  return { membersRead: "by group", reason: `${choice.reason}, ${why}`, isSlower: true };
}

/** A reading that is broken off costs its calls, so it is not tried at each run where one user is refused. */
function refusedLately(refusals: UserRefusals | undefined, nowMs: EpochMs): string | undefined {
  const refusedMs = refusals?.last();
  if (refusedMs === undefined || nowMs < refusedMs || nowMs > refusedMs + TRIES_AGAIN_AFTER_MS)
    return undefined;
  const [refused, again] = [refusedMs, refusedMs + TRIES_AGAIN_AFTER_MS].map((ms) =>
    new Date(ms).toISOString(),
  );
  return `but AWS refused the groups of a user on ${refused}; by user is tried again after ${again}, or at once with --read-members by-user`;
}

/** False of a denial by IAM: each run asks whether it is lifted. */
export function isOfOneUser(error: unknown): boolean {
  return error instanceof ByUserRefused && !error.isOfAll;
}

/** What the run is given up for, since another one reads by group. Undefined: the failure is that of the run. */
export function byGroupInstead(error: unknown, setting: ReadMembers | undefined): MembersChoice | undefined {
  if (!(error instanceof ByUserRefused) || setting !== "auto") return undefined;
  return { membersRead: "by group", reason: `by user was begun, and AWS refuses it: ${error.message}` };
}

/** With the cure, where the setting lets nobody else choose it. */
export function withCure(error: unknown): unknown {
  if (!(error instanceof ByUserRefused)) return error;
  return error.with({
    message: `${error.message}; or set --read-members to by-group, which does without it`,
  });
}
