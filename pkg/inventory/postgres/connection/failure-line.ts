import type { ErrorCode } from "../../../core/errors.ts";

/** What a failure means: `why` and `cure` are the second half of its message. */
export interface FailureLine {
  readonly code: ErrorCode;
  readonly why: string;
  readonly cure: string;
}

export const RUN_AGAIN = "what was read is kept: run it again";

export const CUT: FailureLine = { code: "unavailable", why: "the connection was cut", cure: RUN_AGAIN };
