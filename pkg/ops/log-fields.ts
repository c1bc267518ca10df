import type { ChangeKind } from "../core/change.ts";
import type { ErrorCode, ErrorReason } from "../core/errors.ts";
import type { Category, Operation } from "../core/operations.ts";

/**
 * All fields that a log line can have besides its message. The list is closed and has no place for an attribute, a
 * password or a token (D20).
 */
export interface LogFields {
  readonly pool?: string;
  readonly region?: string;
  readonly file?: string;
  /** Host and database, or the path. */
  readonly inventory?: string;
  readonly address?: string;
  readonly version?: string;
  readonly signal?: string;
  readonly setting?: string;

  readonly operation?: Operation;
  readonly category?: Category;
  readonly outcome?: string;
  readonly attempt?: number;
  readonly requestId?: string | undefined;

  /** Of a gRPC call. */
  readonly service?: string;
  readonly method?: string;
  readonly grpcCode?: string;
  /** Of a SCIM request: the path without ids, and the HTTP status. */
  readonly endpoint?: string;
  readonly status?: number;
  readonly requestBytes?: number;
  readonly answerBytes?: number;
  readonly peer?: string;
  /** The caller's name, as in the audit log. */
  readonly caller?: string;

  /** Of a change: its id in the audit log, and its kind. */
  readonly change?: string;
  readonly kind?: ChangeKind;

  /** Of a task of the platform: its id, and its kind in the words of the protocol. */
  readonly task?: string;
  readonly taskKind?: string;

  /** Of traces. */
  readonly spans?: number;

  readonly users?: number;
  readonly groups?: number;
  readonly memberships?: number;
  /** Changes that a run of an inventory recorded, and the number of the run. */
  readonly changes?: number;
  readonly run?: number;
  readonly pages?: number;
  readonly calls?: number;
  readonly throttles?: number;
  readonly droppedGroups?: number;
  readonly recreatedGroups?: number;
  readonly openListings?: number;
  readonly grantedPerSecond?: number;
  readonly usedPerSecond?: number;
  readonly waiting?: number;
  /** That share one quota. */
  readonly instances?: number;
  readonly resumed?: boolean;
  readonly durationMs?: number;
  readonly leftMs?: number;

  readonly code?: ErrorCode;
  readonly reason?: ErrorReason | undefined;

  /** The names of the user and the group. Written at level debug only. */
  readonly names?: Readonly<Partial<Record<"user" | "group", string>>>;
}
