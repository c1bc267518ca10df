import type { DayPlan } from "./schedule.ts";

/** Whether a day still breaks a promise. */
type IsBroken = (plan: DayPlan) => Promise<boolean>;

const PARTS = ["lasting", "sudden", "changes", "kills", "madeAgain"] as const;
type Part = (typeof PARTS)[number];

/** A day of 300 faults is not halved for ever. */
const MOST_TRIALS = 150;

/**
 * Leaves out what the broken promise does not need: halves of each list, then quarters, then single faults (delta debugging),
 * and then people, groups and syncs.
 */
export async function shorten(plan: DayPlan, isBroken: IsBroken): Promise<DayPlan> {
  let shortest = plan;
  let trials = 0;

  async function tryOut(shorter: DayPlan): Promise<boolean> {
    if (trials >= MOST_TRIALS) return false;
    trials += 1;
    if (!(await isBroken(shorter))) return false;
    shortest = shorter;
    return true;
  }

  for (const part of PARTS) {
    for (let size = shortest[part].length; size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < shortest[part].length; ) {
        const shorter = without(shortest, part, at, size);
        const isShorter = shorter !== undefined && (await tryOut(shorter));
        // A process keeps its place among the kills.
        if (!isShorter || part === "kills") at += size;
      }
    }
  }
  for (const name of ["syncs", "groups", "users"] as const) {
    for (let least = 0; shortest[name] > least + 1; ) {
      const middle = Math.max(name === "syncs" ? 1 : 0, Math.floor((least + shortest[name]) / 2));
      if (middle === shortest[name] || !(await tryOut({ ...shortest, [name]: middle }))) least = middle;
    }
  }
  return shortest;
}

/** Undefined: there is nothing to leave out. */
function without(plan: DayPlan, part: Part, at: number, size: number): DayPlan | undefined {
  if (part !== "kills") return { ...plan, [part]: plan[part].toSpliced(at, size) };
  if (plan.kills.slice(at, at + size).every((kill) => kill === undefined)) return undefined;
  return {
    ...plan,
    kills: plan.kills.map((kill, place) => (place >= at && place < at + size ? undefined : kill)),
  };
}
