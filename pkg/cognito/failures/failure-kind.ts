/**
 * The meaning of a failure. The retry policy (RETRY_RULES) and the error that leaves the package (OUTWARD) have one table
 * each with a row for every kind.
 *
 * `transient`: a response of 5xx or a network failure. `malformed`: a 200 without what it must contain. `foreign`: a
 * response that is not from AWS. `unsent`: no connection was made. `source-unreachable`: the source of the
 * credentials cannot be reached now. `source-absent`: it may not be there at all.
 */
export type FailureKind =
  | "throttled"
  | "transient"
  | "unsent"
  | "timeout"
  | "malformed"
  | "credentials"
  | "source-unreachable"
  | "source-absent"
  | "proxy-refused"
  | "no-credentials"
  | "clock-skew"
  | "denied"
  | "replica"
  | "feature-off"
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
