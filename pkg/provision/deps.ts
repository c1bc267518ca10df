import type { EpochClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import type { Changes } from "./changes.ts";
import type { UserFinder } from "./find-user.ts";
import type { GroupLookup } from "./group-lookup.ts";
import type { ProvisioningPolicy } from "./provisioning-policy.ts";
import type { MembershipWriter } from "./recent-members.ts";
import type { RecentPool } from "./recent-pool.ts";

/** What the outside world provides: clock, randomness, hashes. */
export interface ProvisionTools {
  readonly now: EpochClock;
  readonly newId: () => string;
  /** A uniform whole number below the bound, from a cryptographic source. */
  readonly randomBelow: (bound: number) => number;
  /** Hex SHA-256 of a text. */
  readonly sha256: (text: string) => string;
  /** For the pauses until a new account is visible (mark 50). */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What every family of changes works with. */
export interface Deps extends ProvisionTools {
  readonly directory: Directory & DirectoryWriter;
  readonly users: UserFinder;
  readonly groups: GroupLookup;
  readonly recentMembers: MembershipWriter;
  readonly pool: RecentPool;
  readonly policy: ProvisioningPolicy;
  readonly changes: Changes;
}
