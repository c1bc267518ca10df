// The targets that the syncs of a day fill, and whether what they say was so.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { History, Reading } from "./history.ts";
import { DAY_POOL } from "./pool-of-day.ts";
import type { SeededChance } from "./process.ts";
import { type Said, saidByFile, saidByInventory } from "./said.ts";
import type { DayPlan } from "./schedule.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface Target {
  readonly flag: "--file" | "--inventory";
  readonly path: string;
  readonly read: () => Promise<Said | undefined>;
  /** The newest run that was judged. */
  newest: string | undefined;
  content: string | undefined;
  /** Of the newest run: users, groups, memberships. */
  counts: readonly number[];
  /** Since the newest run, a process had `--accept-shrink`. */
  mayShrink: boolean;
}

/** How the process ran after which the targets are judged. */
export interface HowItRan extends Pick<Reading, "madeAgain"> {
  /** What it printed. */
  readonly summary: string;
  /** Whether it had `--accept-shrink`. */
  readonly acceptsShrink?: boolean;
}

interface TargetsSetup {
  readonly plan: Pick<DayPlan, "targets">;
  readonly folder: string;
  readonly time: Pick<VirtualTime, "elapsed">;
  readonly ids: Pick<SeededChance, "beganMs">;
  readonly history: History;
}

export interface Judgement {
  /** How many targets have a new run. */
  readonly published: number;
  readonly broken: readonly string[];
}

export class TargetsOfDay {
  readonly #setup: TargetsSetup;
  readonly #targets: readonly Target[];

  constructor(setup: TargetsSetup) {
    const { folder, plan } = setup;
    const file = join(folder, "pool.c1z");
    const inventory = join(folder, "pool.db");
    const none = { newest: undefined, content: undefined, counts: [], mayShrink: false };
    const targets: readonly Target[] = [
      { flag: "--file", path: file, read: () => saidByFile(file, folder), ...none },
      { flag: "--inventory", path: inventory, read: () => saidByInventory(inventory, DAY_POOL), ...none },
    ];
    this.#setup = setup;
    this.#targets = targets.filter(({ flag }) => plan.targets === "both" || flag === `--${plan.targets}`);
  }

  get flags(): readonly string[] {
    return this.#targets.flatMap(({ flag, path }) => [flag, path]);
  }

  /** Compares each target that has a new run with the truth. */
  async judge({ summary, acceptsShrink = false, madeAgain }: HowItRan): Promise<Judgement> {
    const broken: string[] = [];
    const found: Said[] = [];
    for (const target of this.#targets) {
      target.mayShrink ||= acceptsShrink;
      const said = await readOr(target, broken);
      if (said === "damaged") continue;
      const content = contentOf(target);
      if (said === undefined || said.runId === target.newest) {
        if (said?.runId !== target.newest) broken.push(`${target.flag}: the newest run is gone`);
        if (content !== target.content)
          broken.push(`${target.flag}: nothing was published, and it has changed`);
        continue;
      }
      target.newest = said.runId;
      target.content = content;
      found.push(said);
      const isByUser = /"members_read":\s*"by user"/u.test(summary);
      broken.push(
        ...this.#differences(said, { isByUser, madeAgain }).map((one) => `${target.flag}: ${one}`),
        ...lossesOf(target, said),
      );
      target.counts = countsOf(said);
      target.mayShrink = false;
    }
    const [first, second] = found;
    const isOneRun = new Set(this.#targets.map(({ newest }) => newest)).size === 1;
    // Where a run went on, one target may have a membership that ended between two readings of its page (SYNC-8).
    const isReadOnce = /"resumed":\s*false/u.test(summary);
    if (isReadOnce && isOneRun && first !== undefined && second !== undefined && !isSame(first, second))
      broken.push("file and inventory have the same run, with other rows");
    return { published: found.length, broken };
  }

  #differences(
    { runId, state, dangling }: Said,
    how: Pick<Reading, "isByUser" | "madeAgain">,
  ): readonly string[] {
    const { ids, history, time } = this.#setup;
    const fromMs = ids.beganMs(runId);
    if (fromMs === undefined) return ["it has a run that nobody began"];
    return [
      ...history.differences(state, { fromMs, toMs: time.elapsed(), ...how }),
      ...dangling.map((key) => `dangling: ${key}`),
    ];
  }
}

async function readOr(target: Target, broken: string[]): Promise<Said | undefined | "damaged"> {
  try {
    return await target.read();
  } catch (error) {
    broken.push(`${target.flag}: it cannot be read: ${String(error)}`);
    return "damaged";
  }
}

/** Of a file: every byte. An inventory may be tidied without a run. */
function contentOf({ flag, path }: Target): string | undefined {
  return flag === "--file" && existsSync(path) ? readFileSync(path, "base64") : undefined;
}

const KINDS = ["user", "group", "member"] as const;

function countsOf({ state }: Said): readonly number[] {
  const keys = [...state.keys()];
  return KINDS.map((kind) => keys.filter((key) => key.startsWith(`${kind} `)).length);
}

/** More than half of something is gone, and nobody has accepted that. */
function lossesOf({ flag, counts, mayShrink }: Target, said: Said): readonly string[] {
  if (mayShrink) return [];
  const now = countsOf(said);
  return KINDS.flatMap((kind, at) => {
    const before = counts[at] ?? 0;
    const left = now[at] ?? 0;
    return left * 2 < before ? [`${flag}: shrunk without --accept-shrink: ${kind} ${before} -> ${left}`] : [];
  });
}

function isSame({ state: a }: Said, { state: b }: Said): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
