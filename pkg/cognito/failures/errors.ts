import { type ErrorCode, type ErrorReason, GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";
import { poolArn } from "../../core/pool-arn.ts";
import {
  AttemptTimeout,
  type AwsFailure,
  CredentialsFailure,
  MalformedAnswer,
  readFailure,
} from "./failure.ts";
import type { FailureKind } from "./failure-kind.ts";
import { type Meaning, meaningOfText, openOutcome, withMessages } from "./known-texts.ts";

/** What a message may say about the failed call: the pool's own names, and no other argument. */
interface FailedCall {
  readonly operation: Operation;
  readonly poolId: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly roleArn: string | undefined;
  readonly attempts: number;
  readonly retryAt: Date | undefined;
}

interface Outward {
  readonly code: ErrorCode;
  readonly reason?: ErrorReason;
  /** The cause and the cure. `fromFailure` adds the operation and the error's name. */
  readonly messageOf: (call: FailedCall, failure: AwsFailure) => string;
  /** The same for when a read has shown that the change was not made. */
  readonly notMadeMessage?: string;
}

const REGION_CURE = "check the pool id, its Region and the account of the credentials";
const KEYS_CURE =
  "renew the session or the keys, and check them with `aws sts get-caller-identity` and `connector validate`";

const OUTWARD: Readonly<Record<FailureKind, Outward>> = {
  throttled: {
    code: "throttled",
    messageOf: ({ attempts }) =>
      `AWS still throttles the call after ${times(attempts)}; lower --rate or try later`,
  },
  transient: {
    code: "unavailable",
    messageOf: (call, { networkCode }) =>
      networkCode === undefined
        ? `AWS failed in ${times(call.attempts)}; try later`
        : unreachableMessage(call),
  },
  unsent: { code: "unavailable", messageOf: unreachableMessage },
  timeout: {
    code: "unavailable",
    messageOf: ({ attempts }, failure) =>
      `${timeoutText(failure)} (${times(attempts)}); check network, proxy and --endpoint-url, or try later`,
  },
  malformed: {
    code: "unavailable",
    messageOf: ({ attempts }, { original }) =>
      `${original instanceof MalformedAnswer ? `the response has no ${original.member}` : "the response is cut short or garbled"}, so it was discarded (${times(attempts)}); check proxy and --endpoint-url`,
  },
  credentials: {
    code: "unauthenticated",
    messageOf: () => `AWS rejects the credentials, even after a refresh; ${KEYS_CURE}`,
  },
  "source-unreachable": { code: "unavailable", messageOf: unreachableSourceMessage },
  "source-absent": { code: "unauthenticated", messageOf: noCredentialsMessage },
  "proxy-refused": { code: "failed-precondition", messageOf: proxyMessage },
  "no-credentials": { code: "unauthenticated", messageOf: noCredentialsMessage },
  "clock-skew": {
    code: "unauthenticated",
    messageOf: () => "AWS rejects the time of the signature; set the clock of this machine (NTP)",
  },
  denied: {
    code: "permission-denied",
    messageOf: ({ operation, poolId }, { text }) =>
      `not allowed${deniedBy(text)}; allow cognito-idp:${operation} on ${poolArn(poolId)} (\`connector iam-policy\` prints the whole policy)`,
  },
  replica: {
    code: "failed-precondition",
    reason: "replica",
    messageOf: ({ poolId, region }) =>
      `pool ${poolId} in ${region} is a read-only replica (a secondary Region); use the pool in its primary Region`,
  },
  "feature-off": {
    code: "failed-precondition",
    reason: "feature-off",
    messageOf: ({ poolId }) =>
      `pool ${poolId} keeps no history of sign-ins: threat protection (plan Plus) is off`,
  },
  "resource-missing": {
    code: "failed-precondition",
    reason: "pool-missing",
    messageOf: ({ poolId, region }) =>
      `there is no user pool ${poolId} in ${region} for these credentials; ${REGION_CURE}`,
  },
  "user-missing": { code: "not-found", reason: "user-gone", messageOf: () => "there is no such user" },
  "user-state": {
    code: "failed-precondition",
    reason: "user-state",
    messageOf: () =>
      "the state of the user does not allow it (disabled, not confirmed, never signed in, or already done)",
  },
  "user-exists": {
    code: "already-exists",
    reason: "user-exists",
    messageOf: () =>
      "a user with this username already exists, or one who signs in with this address or number",
  },
  "alias-exists": {
    code: "already-exists",
    reason: "alias-exists",
    messageOf: () =>
      "another user already signs in with this e-mail address, phone number or preferred username",
  },
  "group-exists": {
    code: "already-exists",
    reason: "group-exists",
    messageOf: () => "a group with this name already exists",
  },
  "password-refused": {
    code: "invalid-argument",
    reason: "password-refused",
    messageOf: () => "the password does not meet the pool's policy; choose one that does",
  },
  "password-reused": {
    code: "invalid-argument",
    reason: "password-reused",
    messageOf: () =>
      "the user had this password before, and the pool's password history rejects it; choose another",
  },
  "delivery-failed": {
    code: "failed-precondition",
    reason: "delivery-failed",
    ...outwardOpen("the message could not be sent", "check the pool's e-mail and SMS settings"),
  },
  "trigger-failed": {
    code: "failed-precondition",
    reason: "trigger-failed",
    ...outwardOpen("a Lambda trigger of the pool failed or rejected the call", "check the trigger's log"),
  },
  "marker-refused": {
    code: "invalid-argument",
    reason: "marker-refused",
    messageOf: () =>
      "AWS no longer accepts the page marker (it is valid for one hour); start the listing again",
  },
  parameter: {
    code: "failed-precondition",
    reason: "request-refused",
    messageOf: () => "AWS rejects the request",
  },
  limit: {
    code: "resource-exhausted",
    messageOf: () => "a limit of the pool or the account is reached; waiting does not help",
  },
  unimplemented: {
    code: "unimplemented",
    messageOf: ({ endpoint, region }) => `${endpoint ?? `AWS in ${region}`} does not support the operation`,
  },
  foreign: {
    code: "failed-precondition",
    messageOf: (_, { status }) =>
      `HTTP ${status} with a response that is not from AWS; check --endpoint-url and the proxy`,
  },
  certificate: {
    code: "failed-precondition",
    messageOf: () =>
      "the TLS certificate is not trusted; behind a proxy that inspects TLS set --ca-bundle (AWS_CA_BUNDLE), or NODE_EXTRA_CA_CERTS, to its root certificate",
  },
  configuration: {
    code: "invalid-argument",
    messageOf: ({ region }) =>
      `the AWS SDK finds no endpoint for ${region} with these settings; an endpoint URL cannot be combined with FIPS or dual-stack`,
  },
  unknown: { code: "internal", messageOf: () => "AWS reports an error that this connector does not know" },
};

function outwardOpen(cause: string, cure: string): Pick<Outward, "messageOf" | "notMadeMessage"> {
  const { message, notMadeMessage } = openOutcome(cause, cure);
  return { messageOf: () => message, notMadeMessage };
}

/** The kinds whose cause AWS gives only in the text of the error. */
const CAUSE_IN_TEXT: ReadonlySet<FailureKind> = new Set<FailureKind>([
  "parameter",
  "user-state",
  "delivery-failed",
  "trigger-failed",
  "password-refused",
  "limit",
  "unknown",
]);

/**
 * The error that leaves the package. The original is its cause only where its text cannot quote an attribute value: the
 * texts of AWS and of the JSON parser can (D20).
 */
export function fromFailure(kind: FailureKind, failure: AwsFailure, call: FailedCall): GovernanceError {
  const meaning = meaningOf(kind, failure, call);
  const root = rootFailure(failure);
  const ids = [
    root.networkCode ?? root.name,
    ...(root.requestId === undefined ? [] : [`request id ${root.requestId}`]),
  ];
  const { code, reason, message, notMadeMessage } = withMessages(
    meaning,
    (text) => `${call.operation}: ${text} (${ids.join(", ")})`,
  );
  return new GovernanceError(code, message, {
    // Cognito's own NotAuthorizedException is about the user.
    reason: kind === "denied" && failure.name !== "NotAuthorizedException" ? "iam-denied" : reason,
    notMadeMessage,
    retryAt: call.retryAt,
    requestId: root.requestId,
    ...(root.modeled || root.status !== undefined ? {} : { cause: root.original }),
  });
}

function meaningOf(kind: FailureKind, failure: AwsFailure, call: FailedCall): Meaning {
  const { messageOf, ...outward } = OUTWARD[kind];
  const own = { ...outward, message: messageOf(call, failure) };
  return CAUSE_IN_TEXT.has(kind) ? meaningOfText(own, failure) : own;
}

/**
 * The failure of a write that AWS may have carried out, in this attempt or an earlier one. The code stays the same, so
 * that callers still see a throttle or a cancellation.
 */
export function outcomeUnknown(operation: Operation, error: GovernanceError): GovernanceError {
  const { message, notMadeMessage = message } = error;
  const why = message.startsWith(`${operation}: `) ? message.slice(operation.length + 2) : message;
  return error.with({
    message: `${operation}: the change may have been made, so check before you repeat it; ${why}`,
    reason: "outcome-unknown",
    notMadeMessage,
  });
}

/** For a failed source of credentials: the failure that caused it. */
function rootFailure(failure: AwsFailure): AwsFailure {
  const { original } = failure;
  return original instanceof CredentialsFailure
    ? readFailure(original.source?.cause ?? original.cause)
    : failure;
}

function noCredentialsMessage({ roleArn }: FailedCall, { original }: AwsFailure): string {
  if (original instanceof CredentialsFailure && original.stage === "assume-role") {
    return `role ${roleArn} could not be assumed; check its trust policy, the external id and the permission sts:AssumeRole`;
  }
  const known = original instanceof CredentialsFailure ? original.source?.message : undefined;
  return (
    known ??
    "no AWS credentials were found; set keys, a profile or a role, then check with `aws sts get-caller-identity`"
  );
}

function unreachableSourceMessage({ attempts, roleArn }: FailedCall, { original }: AwsFailure): string {
  const known = original instanceof CredentialsFailure ? original.source?.message : undefined;
  return known === undefined
    ? `STS could not be reached for role ${roleArn} (${times(attempts)}); try later`
    : `${known} (${times(attempts)})`;
}

function proxyMessage(_: FailedCall, failure: AwsFailure): string {
  const { text, status } = rootFailure(failure);
  const [, answer = status === undefined ? "" : `${status}`] = /HTTP\/1\.\d (\d{3}[\w -]*)/.exec(text) ?? [];
  const cure = answer.startsWith("407")
    ? "give its user name and password in the proxy's URL (BATON_HTTPS_PROXY)"
    : "have the host allowed, or name it in no-proxy";
  return `the proxy refuses the connection (HTTP ${answer.trim()}); ${cure}`;
}

function timeoutText({ original, text }: AwsFailure): string {
  if (original instanceof AttemptTimeout) return `no complete response within ${original.timeoutMs} ms`;
  const [, idleMs] = /timed out after (\d+) ms of inactivity/.exec(text) ?? [];
  return idleMs === undefined ? "no connection in time" : `no byte of a response for ${idleMs} ms`;
}

function unreachableMessage({ attempts, endpoint, region }: FailedCall): string {
  return `${endpoint ?? `AWS in ${region}`} could not be reached in ${times(attempts)}; check network, proxy and --endpoint-url`;
}

/** The kind of policy that denied the call, from AWS's text. That part of the text names no user of the pool. */
function deniedBy(text: string): string {
  const explicit = /explicit deny in an? ([a-z-]+(?: [a-z-]+)* policy|permissions boundary)/i.exec(text)?.[1];
  if (explicit !== undefined) return ` by an explicit deny in ${article(explicit)}`;
  const missing = /because no ([a-z-]+(?: [a-z-]+)* policy|permissions boundary) allows/i.exec(text)?.[1];
  return missing === undefined ? "" : `: no ${missing} allows it`;
}

function article(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}

function times(attempts: number): string {
  return attempts === 1 ? "one attempt" : `${attempts} attempts`;
}
