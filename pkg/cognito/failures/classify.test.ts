import { describe, expect, test } from "vitest";
import { classify } from "./classify.ts";
import { AttemptTimeout, CredentialsFailure, MalformedAnswer, readFailure } from "./failure.ts";

interface Shape {
  readonly status?: number;
  readonly modeled?: boolean;
  readonly code?: string;
}

/** An error in the shape in which the SDK throws it. */
function sdkError(name: string, message = "", { status = 400, modeled = true }: Shape = {}): Error {
  return Object.assign(new Error(message), {
    name,
    $metadata: { httpStatusCode: status, requestId: "r-1" },
    ...(modeled ? { $fault: "client" } : {}),
  });
}

const judge = (error: unknown, marked = false) => classify(readFailure(error), { hasMarker: marked });

describe("by name, at any status", () => {
  test.for([
    ["TooManyRequestsException", "throttled"],
    ["ThrottlingException", "throttled"],
    ["Throttling", "throttled"],
    ["ThrottledException", "throttled"],
    ["ThrottlingSomethingNew", "throttled"],
    ["RequestThrottled", "throttled"],
    ["RequestThrottledException", "throttled"],
    ["RequestLimitExceeded", "throttled"],
    ["SlowDown", "throttled"],
    ["LimitExceededException", "limit"],
    ["InternalErrorException", "transient"],
    ["ServiceUnavailable", "transient"],
    ["ServiceUnavailableException", "transient"],
    ["InternalFailure", "transient"],
    ["ExpiredTokenException", "credentials"],
    ["ExpiredToken", "credentials"],
    ["UnrecognizedClientException", "credentials"],
    ["InvalidClientTokenId", "credentials"],
    ["InvalidSignatureException", "credentials"],
    ["SignatureDoesNotMatch", "credentials"],
    ["MissingAuthenticationTokenException", "credentials"],
    ["IncompleteSignatureException", "credentials"],
    ["RequestExpired", "clock-skew"],
    ["RequestTimeTooSkewed", "clock-skew"],
    ["AccessDeniedException", "denied"],
    ["AccessDenied", "denied"],
    ["NotAuthorizedException", "denied"],
    ["OperationNotEnabledException", "replica"],
    ["ResourceNotFoundException", "resource-missing"],
    ["UserNotFoundException", "user-missing"],
    ["UsernameExistsException", "user-exists"],
    ["AliasExistsException", "alias-exists"],
    ["GroupExistsException", "group-exists"],
    ["InvalidPasswordException", "password-refused"],
    ["PasswordHistoryPolicyViolationException", "password-reused"],
    ["CodeDeliveryFailureException", "delivery-failed"],
    ["InvalidSmsRoleAccessPolicyException", "delivery-failed"],
    ["InvalidSmsRoleTrustRelationshipException", "delivery-failed"],
    ["InvalidEmailRoleAccessPolicyException", "delivery-failed"],
    ["PreconditionNotMetException", "delivery-failed"],
    ["UserLambdaValidationException", "trigger-failed"],
    ["UnexpectedLambdaException", "trigger-failed"],
    ["InvalidLambdaResponseException", "trigger-failed"],
    ["UnsupportedUserStateException", "user-state"],
    ["UserNotConfirmedException", "user-state"],
    ["PasswordResetRequiredException", "user-state"],
    ["InvalidParameterException", "parameter"],
    ["Unsupported", "unimplemented"],
    ["toString", "unknown"],
    ["constructor", "unknown"],
  ] as const)("mark 19: %s is %s", ([name, kind]) => {
    for (const status of [400, 403, 404, 429, 500]) {
      if (kind === "unknown" && status !== 400) continue;
      expect(judge(sdkError(name, "", { status }))).toBe(kind);
    }
  });
});

describe("by status, only where the name says nothing", () => {
  test.for([
    [429, true, "throttled"],
    [500, true, "transient"],
    [503, true, "transient"],
    [400, true, "unknown"],
    [302, true, "unknown"],
    [429, false, "throttled"],
    [502, false, "transient"],
    [200, false, "malformed"],
    [403, false, "foreign"],
    [302, false, "foreign"],
  ] as const)("HTTP %i, named by AWS: %s → %s", ([status, modeled, kind]) => {
    expect(judge(sdkError(modeled ? "NewException" : "SyntaxError", "", { status, modeled }))).toBe(kind);
  });
});

describe("by text", () => {
  test.for(["Rate exceeded", "Too many requests. Slow down.", "rate exceeded"])("mark 20: %j", (text) => {
    expect(judge(sdkError("NewException", text))).toBe("throttled");
  });

  test("a text that looks like a throttle, in an error that AWS did not name, is not one", () => {
    expect(judge(new Error("Rate exceeded"))).toBe("unknown");
  });

  test.for([
    ["User is disabled", "user-state"],
    ["User is disabled.", "user-state"],
    ["User password cannot be reset in the current state.", "user-state"],
    ["User is not confirmed.", "user-state"],
    ["User cannot be confirmed. Current status is CONFIRMED", "user-state"],
    ["Access Token has been revoked", "denied"],
    ["", "denied"],
  ] as const)("mark 24: NotAuthorizedException %j is %s", ([text, kind]) => {
    expect(judge(sdkError("NotAuthorizedException", text))).toBe(kind);
  });

  test.for([
    [
      "Signature expired: 20261121T110000Z is now earlier than 20261121T115500Z (20261121T120000Z - 5 min.)",
      "clock-skew",
    ],
    ["Signature not yet current: 20261121T130000Z is still later than 20261121T120500Z", "clock-skew"],
    ["The request signature we calculated does not match the signature you provided.", "credentials"],
  ] as const)("InvalidSignatureException %j is %s", ([text, kind]) => {
    expect(judge(sdkError("InvalidSignatureException", text))).toBe(kind);
  });
});

describe("a marked call", () => {
  test.for([
    ["InvalidParameterException", "Paging marker eyJ0 is invalid for request", "marker-refused"],
    ["InvalidParameterException", "Invalid pagination token", "marker-refused"],
    ["InvalidParameterException", "Something unknown", "marker-refused"],
    ["InvalidParameterException", "", "marker-refused"],
    [
      "InvalidParameterException",
      "1 validation error detected: Value 'x' at 'paginationToken' failed to satisfy constraint",
      "marker-refused",
    ],
    [
      "InvalidParameterException",
      "1 validation error detected: Value '100' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60",
      "parameter",
    ],
    ["InvalidParameterException", "Error while parsing filter.", "parameter"],
    ["InvalidParameterException", "Invalid user pool id", "parameter"],
    ["InvalidToken", "Resource not found!", "marker-refused"],
    ["InvalidPaginationTokenException", "", "marker-refused"],
    ["InvalidNextTokenException", "", "marker-refused"],
    ["ExpiredTokenException", "", "credentials"],
    ["ResourceNotFoundException", "Resource not found!", "resource-missing"],
  ] as const)("mark 7: %s %j is %s", ([name, text, kind]) => {
    expect(judge(sdkError(name, text), true)).toBe(kind);
  });

  test("without a marker nothing is about the marker", () => {
    expect(judge(sdkError("InvalidParameterException", "Invalid pagination token"))).toBe("parameter");
    expect(judge(sdkError("InvalidToken", "Resource not found!"))).toBe("unknown");
  });
});

describe("without an answer", () => {
  test.for([
    ["ECONNRESET", "transient"],
    ["ECONNREFUSED", "unsent"],
    ["EPIPE", "transient"],
    ["ETIMEDOUT", "transient"],
    ["ENOTFOUND", "unsent"],
    ["EAI_AGAIN", "unsent"],
    ["HPE_INVALID_CONSTANT", "transient"],
    ["ERR_PROXY_TUNNEL", "unsent"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate"],
    ["CERT_HAS_EXPIRED", "certificate"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
  ] as const)("%s is %s", ([code, kind]) => {
    expect(judge(Object.assign(new Error("x"), { code }))).toBe(kind);
    expect(judge(new Error("outer", { cause: Object.assign(new Error("x"), { code }) }))).toBe(kind);
  });

  test.for([
    ["connect", "EHOSTUNREACH", "unsent"],
    ["getaddrinfo", "ENOTFOUND", "unsent"],
    ["read", "EHOSTUNREACH", "transient"],
    ["read", "ENETUNREACH", "transient"],
    ["write", "ECONNREFUSED", "transient"],
    ["writev", "EHOSTUNREACH", "transient"],
  ] as const)("%s %s is %s: what was sent on a connection may have arrived", ([syscall, code, kind]) => {
    const error = Object.assign(new Error("x"), { code, syscall });
    expect(judge(error)).toBe(kind);
    expect(judge(new Error("outer", { cause: error }))).toBe(kind);
    // The connection to a proxy that has not opened the tunnel yet.
    expect(judge(Object.assign(new Error("y", { cause: error }), { code: "ERR_PROXY_TUNNEL" }))).toBe(
      "unsent",
    );
  });

  test("our own and the SDK's words", () => {
    expect(judge(new AttemptTimeout(1))).toBe("timeout");
    expect(judge(Object.assign(new Error("x"), { name: "TimeoutError", code: "ETIMEDOUT" }))).toBe("timeout");
    expect(judge(Object.assign(new Error("x"), { name: "TimeoutError" }))).toBe("timeout");
    // Which is how the SDK's HTTP handler throws it.
    expect(judge(Object.assign(new Error("x"), { name: "TimeoutError", code: "ECONNRESET" }))).toBe(
      "transient",
    );
    expect(judge(new MalformedAnswer("Users"))).toBe("malformed");
    expect(judge(Object.assign(new Error("x"), { name: "EndpointError" }))).toBe("configuration");
    expect(judge(new TypeError("bug"))).toBe("unknown");
    expect(judge("a string")).toBe("unknown");
    expect(judge(undefined)).toBe("unknown");
  });
});

describe("a credential source that fails", () => {
  test.for([
    [sdkError("AccessDenied"), "no-credentials"],
    [sdkError("ExpiredTokenException"), "no-credentials"],
    [sdkError("Throttling"), "source-unreachable"],
    [sdkError("InternalFailure", "", { status: 500 }), "source-unreachable"],
    [Object.assign(new Error("x"), { code: "ECONNRESET" }), "source-unreachable"],
    [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "source-unreachable"],
    [sdkError("SignatureDoesNotMatch", "Signature expired"), "clock-skew"],
    [Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" }), "certificate"],
  ] as const)("role: %s is %s", ([cause, kind]) => {
    expect(judge(new CredentialsFailure("assume-role", cause))).toBe(kind);
  });

  test("keys: never retried, since a chain that finds nothing ends with a timeout of the instance service", () => {
    expect(
      judge(new CredentialsFailure("keys", Object.assign(new Error("x"), { name: "TimeoutError" }))),
    ).toBe("no-credentials");
  });
});
