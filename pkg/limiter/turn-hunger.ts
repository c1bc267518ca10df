import type { MonotonicMs } from "../core/clock.ts";
import type { QuotaAnswer, QuotaReport } from "../core/shared-quota.ts";

/** What no rate explains: reports under way, instances that come and go. */
const SPARE_MS = 5000;

/**
 * Notices a place that answers and gives no turns, or gives them too late, although calls wait. Writes of other instances may
 * keep other calls waiting for long, so those count only while nobody gets turns.
 */
export class TurnHunger {
  #since: MonotonicMs | undefined;
  #givenInAll = -1;
  #cameTooLate = false;

  /**
   * `silent`: no turn came for longer than the rate and the other instances explain. Of the turns of the answer so many are
   * not too late.
   */
  judge(
    report: QuotaReport,
    answer: QuotaAnswer,
    inTime: number,
    now: MonotonicMs,
  ): "gives turns" | "not yet" | "silent" {
    const { writes, others, background } = report.waiting;
    const waits = writes + others + background > report.held;
    if (!waits || inTime > 0) this.#cameTooLate = false;
    else if (answer.turnsInMs.length > 0) this.#cameTooLate = true;
    const othersGetTurns = answer.givenInAll !== this.#givenInAll && writes === 0 && !this.#cameTooLate;
    this.#givenInAll = answer.givenInAll;
    if (!waits || inTime > 0 || othersGetTurns) {
      this.#since = undefined;
      return "gives turns";
    }
    this.#since ??= now;
    return now - this.#since > explainedMs(answer) ? "silent" : "not yet";
  }

  reset(): void {
    this.#since = undefined;
  }
}

/** Pools have their turns one after the other, and the instances of each have its turns one after the other. */
function explainedMs({ instances, poolInstances, currentPerSecond }: QuotaAnswer): number {
  const round = Math.max(instances, poolInstances * (instances - poolInstances + 1));
  return SPARE_MS + (2 * round * 1000) / currentPerSecond;
}
