import type { Counts, Target } from "./target.ts";

/** One way in which a hostile peer attacks the service. */
export interface Kind {
  readonly what: string;
  /** Settings under which the attack meets its bound with fewer clients than the default ones need. */
  readonly settings?: readonly string[];
  /** The service's limit on open files. */
  readonly openFiles?: number;
  /** Whether the pool's server gives endless answers, and the clock of the service can be set back. */
  readonly needs?: "endless-upstream" | "movable-clock";
  attack(target: Target, counts: Counts): Promise<void>;
}
