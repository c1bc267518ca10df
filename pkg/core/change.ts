import type { ErrorCode, ErrorReason } from "./errors.ts";
import type { WriteOperation } from "./operations.ts";

/** Everything that can be asked to change. One change is one request, of one or several AWS calls. */
export const CHANGE_KINDS = [
  "grant",
  "revoke",
  "create-account",
  "delete-user",
  "enable-user",
  "disable-user",
  "update-user-attributes",
  "change-user",
  "rotate-credential",
  "set-password",
  "reset-password",
  "resend-invitation",
  "sign-out-user",
  "confirm-sign-up",
  "reset-mfa",
  "create-group",
  "update-group",
  "delete-group",
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const REQUESTED_VIA = ["cli", "grpc", "scim", "platform", "recovery"] as const;

/**
 * Who asked for the change, as far as the connector knows: a user of the operating system, the caller of an RPC or of SCIM,
 * or the task of the platform.
 */
export interface Requester {
  readonly via: (typeof REQUESTED_VIA)[number];
  readonly name: string;
}

/** What is changed: ids only. A user's id is the `sub`. */
export interface ChangeTarget {
  readonly user?: string;
  readonly group?: string;
  /** Hex SHA-256 of the login of an account to be created, or of the name by which no user was found: there is no id. */
  readonly loginSha256?: string;
}

/**
 * `begun`: the call may have been sent, and there is no result yet. `done`: AWS confirmed it, or a read showed it.
 * `not-done`: AWS refused it, or a read showed that it was not done. `unknown`: nothing shows whether it was done.
 */
export const STEP_STATES = ["begun", "done", "not-done", "unknown"] as const;

export type StepState = (typeof STEP_STATES)[number];

/** One AWS call of a change. */
export interface ChangeStep {
  readonly operation: WriteOperation;
  readonly state: StepState;
  /** The step undoes an earlier one. */
  readonly undo: boolean;
  readonly requestId: string | undefined;
  readonly code: ErrorCode | undefined;
  readonly reason: ErrorReason | undefined;
}

/**
 * How a change ended. `nothing-to-do`: the pool was like this already. `refused`: by a guard or a check, before any step.
 * `failed`: nothing was done. `undone`: some steps were done, and have been undone. `partial`: some steps are done, others
 * not. `unknown`: nothing shows whether it was done.
 */
export const CHANGE_OUTCOMES = [
  "done",
  "nothing-to-do",
  "refused",
  "failed",
  "undone",
  "partial",
  "unknown",
] as const;

export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** What an operator needs to repair a change by hand: ids and the pool's own names, no attribute value. */
export interface UndoRecord {
  /** Members (`sub`) of a deleted group. */
  readonly members?: readonly string[];
  readonly group?: {
    readonly description: string | undefined;
    readonly roleArn: string | undefined;
    readonly precedence: number | undefined;
  };
  /** Groups of a deleted user. */
  readonly groups?: readonly string[];
  /**
   * What a change writes in a user or a group: names of attributes, or description, role_arn and precedence; of a change of
   * several parts of a user also enabled and password.
   */
  readonly fields?: readonly string[];
  /** Groups into which a change of several parts puts the user, and those that it takes the user out of. */
  readonly addedGroups?: readonly string[];
  readonly removedGroups?: readonly string[];
}
