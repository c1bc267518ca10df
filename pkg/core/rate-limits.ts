import type { Category, Operation } from "./operations.ts";
import type { Throttle } from "./throttle.ts";

/** The limiter as others may use it who call AWS beside the connector, in the same account. */
export interface RateLimits extends Pick<Throttle, "acquire"> {
  /** AWS has throttled a call of theirs, and said when to go on. How long that is heeded has a bound. */
  overlimit(operation: Operation, resetAtMs: number | undefined): void;
  status(): readonly {
    readonly category: Category;
    readonly currentPerSecond: number;
    readonly waiting: number;
    readonly pausedMs: number;
  }[];
}
