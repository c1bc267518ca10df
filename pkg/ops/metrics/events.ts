import type { Budget } from "../../core/journal.ts";
import type { Category, Operation } from "../../core/operations.ts";
import type { Priority } from "../../core/throttle.ts";

/** One finished gRPC call. */
export interface GrpcCallSeen {
  readonly service: string;
  readonly method: string;
  /** The gRPC name of the code. */
  readonly code: string;
  readonly durationMs: number;
  /** Refused at the door, for who called or for what he may do. */
  readonly turnedAway?: boolean | undefined;
}

/** One attempt to call AWS. */
export interface AwsCallSeen {
  readonly operation: Operation;
  /** `ok`, or the name of the error. */
  readonly outcome: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly latencyMs: number;
}

/** Rows of a complete sync. */
export interface SyncRows {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** How a sync came out, or what an earlier process left: `found`, which counts as no run. */
export type SyncSeen =
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
export interface PageSeen {
  readonly listing: "users" | "groups" | "members";
  readonly durationMs: number;
  readonly outcome: "ok" | "failed";
}

export interface WaitSeen {
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

export interface JournalStatus {
  /** Changes begun and not ended, whosever they are. */
  readonly open: number;
  /** When the oldest of them began; undefined when there is none. */
  readonly oldestBeganAtMs: number | undefined;
}

export interface BudgetStatus {
  readonly budget: Budget;
  readonly limit: number;
  /** Spent within the hour before. */
  readonly spent: number;
}

export interface CertificateStatus {
  readonly certificate: "server" | "client-ca";
  readonly expiresAtMs: number;
}

/** What is looked up when metrics are asked for. One that throws costs its own metrics alone. */
export interface MetricSources {
  readonly quota: () => readonly QuotaStatus[];
  /** Calls a second of late. */
  readonly usedPerSecond: (category: Category) => number;
  readonly journal: () => JournalStatus | undefined;
  readonly budgets: () => readonly BudgetStatus[];
  /** The number of the last line of the audit log. */
  readonly auditSeq: () => number | undefined;
  /** What the last look at AWS found; undefined before the first. */
  readonly ready: () => boolean | undefined;
  readonly certificates: () => readonly CertificateStatus[];
}
