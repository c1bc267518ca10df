import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { ERROR_URN, type JsonObject } from "./resource.ts";

export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "invalidVers"
  | "sensitive"
  | "invalidCursor"
  | "expiredCursor"
  | "invalidCount";

export interface ScimErrorDetails {
  readonly scimType?: ScimType | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Added to the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly cause?: unknown;
}

/** A failure as SCIM answers it. `detail` names the attribute, never its value. */
export class ScimError extends Error {
  override readonly name = "ScimError";
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly detail: string;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, details: ScimErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = status;
    this.detail = detail;
    this.scimType = details.scimType;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.headers = details.headers ?? {};
  }
}

/** A 400 with its scimType. */
export function badRequest(scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, detail, { scimType });
}

interface Answer {
  readonly status: number;
  readonly scimType?: ScimType;
  readonly retry?: true;
}

/** Trouble of ours with AWS is never 401 or 403: an identity provider would stop because of them. */
const ANSWERS: Readonly<Record<ErrorCode, Answer>> = {
  "invalid-argument": { status: 400, scimType: "invalidValue" },
  unauthenticated: { status: 500 },
  "permission-denied": { status: 500 },
  "not-found": { status: 404 },
  "already-exists": { status: 409, scimType: "uniqueness" },
  "failed-precondition": { status: 403 },
  aborted: { status: 503, retry: true },
  throttled: { status: 429, retry: true },
  unavailable: { status: 503, retry: true },
  "deadline-exceeded": { status: 503, retry: true },
  canceled: { status: 503, retry: true },
  unimplemented: { status: 501 },
  "resource-exhausted": { status: 429, retry: true },
  "data-loss": { status: 500 },
  internal: { status: 500 },
  "refused-by-guard": { status: 403 },
};

const RETRY_SECONDS = 5;

const POOL_TROUBLE = "the connector cannot work with the user pool now; its log says why";
const FILE_TROUBLE = "the connector cannot work with a file of its own now; its log says why";

/** The answer to any failure. What is not for callers stays in `cause`. */
export function scimErrorOf(error: unknown, nowMs?: number): ScimError {
  if (error instanceof ScimError) return error;
  const failure = GovernanceError.from(error);
  const { code, reason, message } = failure;
  if (reason === "own-files") return fileTrouble(failure);
  if (isPoolTrouble(failure))
    return new ScimError(500, withEffects(POOL_TROUBLE, failure), { cause: failure });
  if (reason === "group-gone" || reason === "user-gone")
    return new ScimError(404, message, { cause: failure });
  // To wait does not help: the user must leave a group first.
  if (reason === "group-limit") return new ScimError(403, message, { cause: failure });
  const { status, scimType, retry } = ANSWERS[code];
  return new ScimError(status, message, {
    scimType,
    retryAfterSeconds: retry === true ? secondsUntil(failure.retryAt, nowMs) : undefined,
    cause: failure,
  });
}

/** Another process may keep the file for a moment; anything else waits for somebody. The path is for the log only. */
function fileTrouble(failure: GovernanceError): ScimError {
  const isBusy = failure.code === "unavailable";
  return new ScimError(isBusy ? 503 : 500, withEffects(FILE_TROUBLE, failure), {
    retryAfterSeconds: isBusy ? RETRY_SECONDS : undefined,
    cause: failure,
  });
}

/** A change that stopped half way says what is done, whatever stopped it. */
function withEffects(detail: string, { appliedEffects }: GovernanceError): string {
  return [detail, ...appliedEffects].join("; ");
}

function isPoolTrouble({ code, reason }: GovernanceError): boolean {
  const isRefusedByAws = code === "unauthenticated" || code === "permission-denied";
  return isRefusedByAws || reason === "iam-denied" || reason === "pool-missing" || reason === "replica";
}

/** The answer to a caller that authentication or its role has rejected. */
export function callerErrorOf(error: unknown): ScimError {
  const { code, message } = GovernanceError.from(error);
  if (code === "unauthenticated") {
    const headers = { "www-authenticate": 'Bearer realm="SCIM"' };
    return new ScimError(401, message, { headers, cause: error });
  }
  return code === "permission-denied" ? new ScimError(403, message, { cause: error }) : scimErrorOf(error);
}

function secondsUntil(at: Date | undefined, nowMs: number | undefined): number {
  if (at === undefined || nowMs === undefined) return RETRY_SECONDS;
  return Math.max(1, Math.ceil((at.getTime() - nowMs) / 1000));
}

/** The body of every answer from 400 on. The status is a text. */
export function scimErrorBody({ status, scimType, detail }: ScimError): JsonObject {
  return {
    schemas: [ERROR_URN],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail,
  };
}
