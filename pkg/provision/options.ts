import type { AuditLog } from "../core/audit-log.ts";
import type { EpochClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import type { Journal } from "../core/journal.ts";
import type { ProvisioningSettings } from "../core/provisioning-settings.ts";

/** Uniform whole numbers below a bound, from a cryptographic source. */
export type RandomBelow = (bound: number) => number;

export interface ProvisionOptions {
  readonly directory: Directory & DirectoryWriter;
  readonly poolId: string;
  /** What identifies an account towards callers (D1). */
  readonly userIdKind: "sub" | "username";
  readonly guard: ProvisioningSettings;
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
