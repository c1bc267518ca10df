import {
  AttemptTimeout,
  type AwsFailure,
  CredentialsFailure,
  MalformedAnswer,
  readFailure,
} from "./failure.ts";
import type { FailureKind } from "./failure-kind.ts";

/** What `classify` needs to know about the call besides the failure. */
interface CallContext {
  /** The call carried a page marker. */
  readonly hasMarker: boolean;
}

/**
 * Decides by the error's name, and by the status only where the name says nothing: Cognito answers 400 to almost every
 * error, throttles included (docs/cognito.md, section 1.5). A name that is not in the table is `unknown`.
 */
export function classify(failure: AwsFailure, call: CallContext): FailureKind {
  const { original } = failure;
  if (original instanceof MalformedAnswer) return "malformed";
  if (original instanceof AttemptTimeout) return "timeout";
  if (original instanceof CredentialsFailure) return classifySource(original);
  if (failure.name === "EndpointError") return "configuration";
  const byName = BY_NAME.get(failure.name);
  if (byName !== undefined) return typeof byName === "function" ? byName(failure, call) : byName;
  if (/^(Throttl|RequestThrottl|TooManyRequests)/.test(failure.name)) return "throttled";
  if (/^Invalid(Pagination|Next|Paging)?Token(Exception)?$/.test(failure.name)) {
    return call.hasMarker ? "marker-refused" : "unknown";
  }
  if (failure.modeled && /\brate exceeded\b|\btoo many requests\b/i.test(failure.text)) return "throttled";
  if (isRefusedByProxy(failure)) return "proxy-refused";
  if (failure.networkCode !== undefined) return classifyNetwork(failure.networkCode, failure);
  return classifyStatus(failure);
}

type Classifier = (failure: AwsFailure, call: CallContext) => FailureKind;

// A Map, since a name from the network may be "constructor".
const BY_NAME: ReadonlyMap<string, FailureKind | Classifier> = new Map<string, FailureKind | Classifier>(
  Object.entries({
    TooManyRequestsException: "throttled",
    ThrottlingException: "throttled",
    Throttling: "throttled",
    ThrottledException: "throttled",
    RequestThrottled: "throttled",
    RequestThrottledException: "throttled",
    RequestLimitExceeded: "throttled",
    BandwidthLimitExceeded: "throttled",
    PriorRequestNotComplete: "throttled",
    SlowDown: "throttled",
    // The SDK treats this one as a throttle. In Cognito it is a fixed limit (groups per pool, e-mails per day): mark 21.
    LimitExceededException: "limit",

    InternalErrorException: "transient",
    InternalFailure: "transient",
    InternalServerError: "transient",
    InternalServerException: "transient",
    ServiceUnavailable: "transient",
    ServiceUnavailableException: "transient",
    RequestTimeout: "transient",
    RequestTimeoutException: "transient",
    TimeoutError: timeoutOrReset,

    ExpiredToken: "credentials",
    ExpiredTokenException: "credentials",
    UnrecognizedClientException: "credentials",
    InvalidClientTokenId: "credentials",
    InvalidAccessKeyId: "credentials",
    MissingAuthenticationToken: "credentials",
    MissingAuthenticationTokenException: "credentials",
    IncompleteSignature: "credentials",
    IncompleteSignatureException: "credentials",
    AuthFailure: "credentials",
    OptInRequired: "credentials",
    SubscriptionRequiredException: "credentials",
    InvalidSignatureException: signature,
    SignatureDoesNotMatch: signature,
    RequestExpired: "clock-skew",
    RequestInTheFuture: "clock-skew",
    RequestTimeTooSkewed: "clock-skew",
    CredentialsProviderError: "no-credentials",
    TokenProviderError: "no-credentials",

    AccessDenied: "denied",
    AccessDeniedException: "denied",
    UnauthorizedOperation: "denied",
    NotAuthorizedException: notAuthorized,
    OperationNotEnabledException: "replica",
    UserPoolAddOnNotEnabledException: "feature-off",
    ResourceNotFoundException: "resource-missing",
    UserNotFoundException: "user-missing",
    UsernameExistsException: "user-exists",
    // AdminCreateUser throws it, although it does not declare it.
    AliasExistsException: "alias-exists",
    GroupExistsException: "group-exists",
    InvalidPasswordException: "password-refused",
    PasswordHistoryPolicyViolationException: "password-reused",
    CodeDeliveryFailureException: "delivery-failed",
    InvalidSmsRoleAccessPolicyException: "delivery-failed",
    InvalidSmsRoleTrustRelationshipException: "delivery-failed",
    InvalidEmailRoleAccessPolicyException: "delivery-failed",
    // It is about the pool's messaging (docs/cognito.md, section 1.5).
    PreconditionNotMetException: "delivery-failed",
    UserLambdaValidationException: "trigger-failed",
    UnexpectedLambdaException: "trigger-failed",
    InvalidLambdaResponseException: "trigger-failed",
    UnsupportedUserStateException: "user-state",
    UserNotConfirmedException: "user-state",
    PasswordResetRequiredException: "user-state",
    InvalidParameterException: parameter,
    ValidationException: parameter,
    ValidationError: parameter,
    SerializationException: "parameter",

    // From emulators and old endpoints, for an operation that they do not have.
    Unsupported: "unimplemented",
    UnknownOperationException: "unimplemented",
    UnknownOperation: "unimplemented",
    InvalidAction: "unimplemented",
    NotImplemented: "unimplemented",
  } satisfies Record<string, FailureKind | Classifier>),
);

function signature({ text }: AwsFailure): FailureKind {
  return /signature expired|not yet current/i.test(text) ? "clock-skew" : "credentials";
}

/** The SDK's HTTP handler gives a reset connection this name too. */
function timeoutOrReset({ networkCode }: AwsFailure): FailureKind {
  return networkCode === undefined || networkCode === "ETIMEDOUT" ? "timeout" : "transient";
}

/** Mostly about the state of a user ("User is disabled"). A missing IAM action is AccessDenied instead (mark 24). */
function notAuthorized({ text }: AwsFailure): FailureKind {
  return /user is (disabled|not confirmed)|current (state|status)|cannot be reset|not enabled/i.test(text)
    ? "user-state"
    : "denied";
}

/**
 * AWS does not document its text for a rejected marker; "Paging marker … is invalid for request" was seen. So every
 * rejected parameter of a call with a marker counts as one, unless the text names another parameter.
 */
function parameter({ text }: AwsFailure, { hasMarker }: CallContext): FailureKind {
  if (!hasMarker) return "parameter";
  if (/token|marker|pag(e|ing|ination)\b/i.test(text)) return "marker-refused";
  return namesParameter(text) ? "parameter" : "marker-refused";
}

function namesParameter(text: string): boolean {
  return /\bat '\w+'|filter|limit|group ?name|user ?name|user ?pool/i.test(text);
}

function classifySource({ stage, cause, source }: CredentialsFailure): FailureKind {
  const inner = classify(readFailure(source?.cause ?? cause), { hasMarker: false });
  if (inner === "proxy-refused" || inner === "certificate") return inner;
  if (stage === "keys") return source === undefined ? "no-credentials" : KIND_OF_SOURCE[source.passes];
  if (inner === "throttled" || inner === "transient" || inner === "unsent" || inner === "timeout") {
    return "source-unreachable";
  }
  return inner === "clock-skew" ? inner : "no-credentials";
}

const KIND_OF_SOURCE = {
  soon: "source-unreachable",
  once: "source-absent",
  no: "no-credentials",
} as const;

// Codes of connections that were never made. A reset and ETIMEDOUT may also come after the request was sent, and the others
// where the system gives up a connection on which nothing is acknowledged any more.
const UNSENT = /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_PROXY_TUNNEL)$/;

/** A proxy that asks for a password or forbids the host answers the same next time. */
function isRefusedByProxy({ networkCode, text, status, modeled }: AwsFailure): boolean {
  if (networkCode === "ERR_PROXY_TUNNEL")
    return /HTTP\/1\.\d 4\d\d\b/.test(text) && !/ (408|429)\b/.test(text);
  return status === 407 && !modeled;
}

function classifyNetwork(code: string, { wasConnected }: AwsFailure): FailureKind {
  if (/CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code)) return "certificate";
  return UNSENT.test(code) && !wasConnected ? "unsent" : "transient";
}

function classifyStatus({ modeled, status }: AwsFailure): FailureKind {
  if (status === undefined) return "unknown";
  if (status === 429) return "throttled";
  if (status >= 500) return "transient";
  if (modeled) return "unknown";
  // No AWS error in the body: a 200 that is cut short or garbled, or a page of a proxy.
  return status < 300 ? "malformed" : "foreign";
}
