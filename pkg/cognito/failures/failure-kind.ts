/**
 * What a failure means to us. The retry policy and the outward error each have one total table over it.
 *
 * `transient` is an answer of 5xx or a network failure, `malformed` a 200 that does not hold what it must, `foreign`
 * an answer that no AWS service wrote, `unsent` a connection that never came about, `source-unreachable` STS out of
 * reach for a moment.
 */
export type FailureKind =
  | "throttled"
  | "transient"
  | "unsent"
  | "timeout"
  | "malformed"
  | "credentials"
  | "source-unreachable"
  | "no-credentials"
  | "clock-skew"
  | "denied"
  | "replica"
  | "resource-missing"
  | "user-missing"
  | "user-state"
  | "user-exists"
  | "alias-exists"
  | "group-exists"
  | "password-refused"
  | "password-reused"
  | "delivery-failed"
  | "trigger-failed"
  | "marker-refused"
  | "parameter"
  | "limit"
  | "unimplemented"
  | "foreign"
  | "certificate"
  | "configuration"
  | "unknown";
