import type { BudgetStatus, OpenChangesStatus } from "../../core/journal.ts";
import type { Category } from "../../core/operations.ts";
import type { SharingStatus } from "../../core/shared-quota.ts";
import type { Priority } from "../../core/throttle.ts";

/** Rows of a complete sync. */
interface SyncRows {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** The start or the end of a sync. `found`: a complete sync of an earlier process, which does not count as a run. */
export type SyncEvent =
  | { readonly outcome: "begun" | "failed" | "canceled" }
  | {
      readonly outcome: "complete" | "found";
      /** Milliseconds since the epoch. */
      readonly endedAtMs: number;
      readonly durationMs: number;
      /** Undefined if only the dates are known, of a sync of an earlier process. */
      readonly rows: SyncRows | undefined;
    };

/** One page of a listing that was read, with waits for turns and retries. */
export interface PageEvent {
  readonly listing: "users" | "groups" | "members";
  readonly durationMs: number;
  readonly outcome: "ok" | "failed";
}

export interface QuotaWaitEvent {
  readonly category: Category;
  readonly priority: Priority;
  readonly durationMs: number;
}

interface QuotaStatus {
  readonly category: Category;
  readonly setPerSecond: number;
  readonly currentPerSecond: number;
  readonly waiting: number;
  /** Turns granted so far. */
  readonly granted: number;
  /** So far. */
  readonly throttles: number;
  /** Calls refused so far because too many waited. */
  readonly refused: number;
  /** How often the pacing was started again so far. */
  readonly restarts: number;
}

/** A task of the governance platform that ended. */
export interface PlatformTaskEvent {
  readonly kind: string;
  readonly outcome: "done" | "failed" | "unanswered";
  readonly durationMs: number;
}

/** What the connector calls the platform for, but for uploads. */
export type PlatformCall = "hello" | "poll" | "heartbeat" | "finish";

/** How the platform and its tasks are now. */
export interface PlatformStatus {
  readonly running: number;
  /** Since the last one that was answered; undefined before the first. */
  readonly helloAgeMs: number | undefined;
  readonly pollAgeMs: number | undefined;
  /** 0 while the platform answers. */
  readonly unreachedMs: number;
}

interface CertificateStatus {
  readonly certificate: "server" | "client-ca";
  readonly expiresAtMs: number;
}

/** How far the running sync is. */
export interface SyncProgressStatus {
  readonly rows: SyncRows;
  /** Of the pool, as AWS estimates. */
  readonly estimatedUsers: number | undefined;
  readonly openListings: number;
  readonly leftMs: number | undefined;
}

/** What is read at each scrape. If one throws, only its own metrics are missing. */
export interface MetricSources {
  readonly quota: () => readonly QuotaStatus[];
  /** Empty unless the quota is shared with other instances. */
  readonly sharing: () => readonly SharingStatus[];
  /** Calls per second in the last seconds. */
  readonly usedPerSecond: (category: Category) => number;
  readonly journal: () => Promise<OpenChangesStatus | undefined>;
  readonly budgets: () => Promise<readonly BudgetStatus[]>;
  /** The number of the last line of the audit log. */
  readonly auditSeq: () => number | undefined;
  /** Whether the last check of AWS succeeded; undefined before the first. */
  readonly ready: () => boolean | undefined;
  /** Undefined while no sync reads. */
  readonly syncProgress: () => SyncProgressStatus | undefined;
  readonly certificates: () => readonly CertificateStatus[];
  /** Undefined in a service that does no tasks. */
  readonly platform: () => PlatformStatus | undefined;
  /** Since the keys of JWTs were last fetched; undefined without a URL to fetch them from. */
  readonly jwksAgeMs: () => number | undefined;
}
