import { type AwsFailure, CredentialsFailure, readFailure } from "./failure.ts";
import type { FailureKind } from "./failure-kind.ts";

/** Why a call is not done yet, in a few words for somebody who waits: `connection refused`. No value of a user. */
export function troubleOf(kind: FailureKind, failure: AwsFailure): string {
  const { original } = failure;
  if (original instanceof CredentialsFailure) {
    return original.source?.message ?? `no credentials (${nameOf(readFailure(original.cause))})`;
  }
  if (kind === "throttled") return "slowed down by AWS";
  if (kind === "timeout") return failure.networkCode === undefined ? "no answer" : "no connection";
  return kind === "malformed" ? "the answer is cut short or garbled" : nameOf(failure);
}

const BY_CODE: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection lost"],
  ["EPIPE", "connection lost"],
  ["ENOTFOUND", "host not found"],
  ["EAI_AGAIN", "host not found"],
  ["EHOSTUNREACH", "network unreachable"],
  ["ENETUNREACH", "network unreachable"],
  ["ETIMEDOUT", "no connection"],
  ["ERR_PROXY_TUNNEL", "the proxy does not connect"],
]);

function nameOf({ networkCode, name }: AwsFailure): string {
  return networkCode === undefined ? name : (BY_CODE.get(networkCode) ?? networkCode);
}
