import type { MonotonicClock } from "../../../../pkg/core/clock.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { createRepeatedLines } from "../../../../pkg/ops/repeated-lines.ts";

/** Lines of a minute that are written whole. Callers decide how many changes fail. */
const WHOLE = 10;

/** The log of changes that lists show after the next reading of the pool only. */
export function unnotedLines(
  log: Pick<Logger, "failure" | "warn">,
  monotonic: MonotonicClock,
): (error: unknown) => void {
  const lines = createRepeatedLines({
    monotonic,
    whole: WHOLE,
    summarize: (_source, _what, changes) =>
      log.warn("more changes are in the lists of SCIM after the next reading of the pool only", { changes }),
  });
  return (error) =>
    lines.line("", "", () =>
      log.failure("a change is in the lists of SCIM after the next reading of the pool only", error),
    );
}
