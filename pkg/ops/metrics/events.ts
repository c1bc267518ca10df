import type { BudgetStatus, OpenChangesStatus } from "../../core/journal.ts";
import type { Category } from "../../core/operations.ts";
import type { Priority } from "../../core/throttle.ts";

/** Rows of a complete sync. */
interface SyncRows {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** How a sync came out, or what an earlier process left: `found`, which counts as no run. */
export type SyncEvent =
  | { readonly outcome: "begun" | "failed" | "canceled" }
  | {
      readonly outcome: "complete" | "found";
      /** Milliseconds since the epoch. */
      readonly endedAtMs: number;
      readonly durationMs: number;
      /** Undefined where only the dates of a run of an earlier process are known. */
      readonly rows: SyncRows | undefined;
    };

/** A page that was read, from the request to its rows: waiting for turns and trying again are in it. */
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

export interface QuotaStatus {
  readonly category: Category;
  readonly setPerSecond: number;
  readonly currentPerSecond: number;
  readonly waiting: number;
  /** Turns given so far. */
  readonly granted: number;
  /** So far. */
  readonly throttles: number;
}

interface CertificateStatus {
  readonly certificate: "server" | "client-ca";
  readonly expiresAtMs: number;
}

/** What is looked up when metrics are asked for. One that throws costs its own metrics alone. */
export interface MetricSources {
  readonly quota: () => readonly QuotaStatus[];
  /** Calls a second of late. */
  readonly usedPerSecond: (category: Category) => number;
  readonly journal: () => OpenChangesStatus | undefined;
  readonly budgets: () => readonly BudgetStatus[];
  /** The number of the last line of the audit log. */
  readonly auditSeq: () => number | undefined;
  /** What the last look at AWS found; undefined before the first. */
  readonly ready: () => boolean | undefined;
  readonly certificates: () => readonly CertificateStatus[];
}
