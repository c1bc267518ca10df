import type { AuditLog } from "../core/audit-log.ts";
import type { EpochClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import type { Journal } from "../core/journal.ts";

/** The bounds that the operator sets to what may be changed (D13). */
export interface ProvisioningPolicyOptions {
  /** Whether anything may be changed at all. */
  readonly enabled: boolean;
  /** Patterns of group names with `*` and `?`; none means all. */
  readonly groupsAllow: readonly string[];
  readonly groupsDeny: readonly string[];
  readonly allowRoleGroups: boolean;
  readonly allowFederatedWrites: boolean;
  readonly deleteRequiresDisabled: boolean;
  readonly maxDeletionsPerHour: number;
  readonly maxDisablesPerHour: number;
  readonly maxInvitationsPerHour: number;
  /** AWS's quota is 100; a site that was given more raises it. */
  readonly maxGroupsPerUser: number;
}

/** Uniform whole numbers below a bound, from a cryptographic source. */
export type RandomBelow = (bound: number) => number;

export interface ProvisionOptions {
  readonly directory: Directory & DirectoryWriter;
  readonly poolId: string;
  /** What identifies an account towards callers (D1). */
  readonly userIdKind: "sub" | "username";
  readonly guard: ProvisioningPolicyOptions;
  readonly journal: Journal;
  readonly audit: AuditLog;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  readonly newId: () => string;
  readonly randomBelow: RandomBelow;
  /** Hex SHA-256 of a text. */
  readonly sha256: (text: string) => string;
  /** For the pauses while a fresh write shows in a read (mark 50). */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}
