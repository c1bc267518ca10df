import type { RecordedKind } from "../schema/recorded-kinds.ts";

/** What a change that the connector made looks like in the pool: who asked for it explains a recorded change like it. */
export interface ChangeOrigin {
  /** When the change ended, or began if it has not ended. */
  readonly at: Date;
  readonly kind: RecordedKind;
  readonly sub?: string;
  readonly groupName?: string;
  /** What it may have changed in a user or a group; undefined: any field. */
  readonly fields?: readonly string[];
  /** As `connector audit show` prints it, such as `cli:root`. */
  readonly requestedBy: string;
  /** The id of the change in the audit log. */
  readonly change: string;
}

/**
 * The changes that the connector made in an interval, oldest first, from up to a minute before it. Throws at its end where
 * one may be missing: then a recorded change that none explains may still be one of the connector.
 */
export type ReadChangeOrigins = (
  interval: { readonly after: Date; readonly before: Date },
  signal: AbortSignal,
) => AsyncIterable<ChangeOrigin>;
