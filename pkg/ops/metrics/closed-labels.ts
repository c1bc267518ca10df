// The values that a label may have. Every value creates a series in Prometheus, and some values come from the network:
// the method that a client calls, the error name that an endpoint returns.
import { CATEGORY_OF, type Operation } from "../../core/operations.ts";

/** The label of every value that is not in the set. */
export const OTHER = "other";

export function closedLabel(values: Iterable<string>): (value: string) => string {
  const known = new Set(values);
  return (value) => (known.has(value) ? value : OTHER);
}

export const grpcCodeLabel: (name: string) => string = closedLabel([
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
]);

export const awsOperationLabel: (name: Operation) => string = closedLabel(Object.keys(CATEGORY_OF));

/** `ok`, `canceled`, our own names of failures, and the errors of Cognito and of AWS in general. */
export const awsOutcomeLabel: (name: string) => string = closedLabel([
  "ok",
  "canceled",
  "AttemptTimeout",
  "MalformedAnswer",
  "CredentialsFailure",
  "TimeoutError",
  "TooManyRequestsException",
  "ThrottlingException",
  "LimitExceededException",
  "RequestLimitExceeded",
  "InternalErrorException",
  "InternalServerError",
  "InternalFailure",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "RequestTimeoutException",
  "ExpiredTokenException",
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "IncompleteSignatureException",
  "AccessDeniedException",
  "NotAuthorizedException",
  "OperationNotEnabledException",
  "ResourceNotFoundException",
  "UserNotFoundException",
  "UsernameExistsException",
  "AliasExistsException",
  "GroupExistsException",
  "InvalidPasswordException",
  "PasswordHistoryPolicyViolationException",
  "CodeDeliveryFailureException",
  "InvalidSmsRoleAccessPolicyException",
  "InvalidSmsRoleTrustRelationshipException",
  "InvalidEmailRoleAccessPolicyException",
  "PreconditionNotMetException",
  "UserLambdaValidationException",
  "UnexpectedLambdaException",
  "InvalidLambdaResponseException",
  "UnsupportedUserStateException",
  "UserNotConfirmedException",
  "PasswordResetRequiredException",
  "InvalidParameterException",
  "ValidationException",
  "SerializationException",
]);
