// A day in plain lines, in the order of time.

import type { DayPlan } from "./schedule.ts";

export function textOfDay(plan: DayPlan): readonly string[] {
  const {
    users,
    groups,
    pageItems,
    ratePerSecond,
    latencyMs,
    targets,
    shards,
    estimatedUsers,
    syncs,
    readMembers,
    oddSubs,
    searchLacks,
    leaving,
    madeAgain,
  } = plan;
  const estimate = estimatedUsers === undefined ? "" : `, estimated as ${estimatedUsers}`;
  return [
    `pool: ${users} users${estimate}, ${groups} groups, ${pageItems} rows a page, ${latencyMs} ms a call`,
    `${syncs} syncs at ${ratePerSecond} a second into ${targets}${shards > 1 ? `, --list-shards ${shards}` : ""}, --read-members ${readMembers}`,
    ...(oddSubs === 0 ? [] : [`${percent(oddSubs)} of the users have a sub of another form`]),
    ...(searchLacks === undefined
      ? []
      : [
          `a search by a prefix lacks ${searchLacks.members} members of groups and ${searchLacks.others} others`,
        ]),
    ...(leaving === 0 ? [] : [`${percent(leaving)} of the users are deleted after the first finished sync`]),
    ...madeAgain.map(
      (changes, at) => `groups made again after unfinished process ${at + 1}: ${changes.length}`,
    ),
    ...eventsOf(plan)
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, what }) => `${seconds(atMs).padStart(9)}  ${what}`),
    ...plan.kills.flatMap((kill, at) =>
      kill === undefined
        ? []
        : [
            `process ${at + 1}: killed before write ${kill.write} ${kill.whilePacking === true ? "while it packs the file" : `after call ${kill.afterCalls}`}`,
          ],
    ),
    `pauses between processes: ${plan.restsMs.map(seconds).join(", ")}`,
  ];
}

interface Event {
  readonly atMs: number;
  readonly what: string;
}

function eventsOf({ lasting, sudden, changes }: DayPlan): readonly Event[] {
  return [
    ...lasting.map(({ kind, fromMs, toMs, chance }) => ({
      atMs: fromMs,
      what: `${kind} until ${seconds(toMs)}, chance ${chance}`,
    })),
    ...sudden.map(({ kind, atMs, byMs }) => ({
      atMs,
      what: kind.startsWith("clock") ? `${kind} by ${seconds(byMs)}` : kind,
    })),
    ...changes.map(({ kind, atMs, choice }, number) => ({
      atMs,
      what: `change ${number}: ${kind} (choice ${choice.toFixed(3)})`,
    })),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
