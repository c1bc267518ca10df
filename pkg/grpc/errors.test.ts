import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack, timestampDate } from "@bufbuild/protobuf/wkt";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { RateLimitDescriptionSchema } from "../gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { GrantManagerService } from "../gen/c1/connector/v2/grant_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { RPC_CODE, RPC_CODES, UncodedError } from "../rpc/status.ts";
import { type CallStatus, callStatusOf } from "./errors.ts";

function detailsOf({ metadata }: CallStatus) {
  const bytes = metadata?.get("grpc-status-details-bin")[0];
  if (!(bytes instanceof Uint8Array)) return undefined;
  const decoded = fromBinary(StatusSchema, bytes);
  const limits = decoded.details.map((detail) => anyUnpack(detail, RateLimitDescriptionSchema));
  return { decoded, limits, typeUrls: decoded.details.map((detail) => detail.typeUrl) };
}

describe("the code of a failure", () => {
  test.for([
    ["invalid-argument", "INVALID_ARGUMENT"],
    ["unauthenticated", "UNAUTHENTICATED"],
    ["permission-denied", "PERMISSION_DENIED"],
    ["not-found", "NOT_FOUND"],
    ["already-exists", "ALREADY_EXISTS"],
    ["failed-precondition", "FAILED_PRECONDITION"],
    ["aborted", "ABORTED"],
    ["throttled", "UNAVAILABLE"],
    ["unavailable", "UNAVAILABLE"],
    ["deadline-exceeded", "DEADLINE_EXCEEDED"],
    ["canceled", "CANCELLED"],
    ["unimplemented", "UNIMPLEMENTED"],
    ["resource-exhausted", "RESOURCE_EXHAUSTED"],
    ["data-loss", "DATA_LOSS"],
    ["internal", "INTERNAL"],
    ["refused-by-guard", "FAILED_PRECONDITION"],
  ] as const)("%s is %s", ([code, name]) => {
    const outcome = callStatusOf(new GovernanceError(code, "why"));
    expect(status[outcome.code]).toBe(name);
    expect(outcome.details).toBe("why");
  });

  test("nothing but resource-exhausted is RESOURCE_EXHAUSTED, which ends a sync", () => {
    const exhausted = Object.entries(RPC_CODE).filter(([, code]) => code === RPC_CODES.RESOURCE_EXHAUSTED);
    expect(exhausted.map(([name]) => name)).toEqual(["resource-exhausted"]);
  });

  test("an error without a code is UNKNOWN", () => {
    expect(callStatusOf(new UncodedError("off"))).toEqual({ code: status.UNKNOWN, details: "off" });
  });
});

describe("the detail that says when to try again", () => {
  const retryAt = new Date("2026-11-21T10:00:00.250Z");

  test.for(["throttled", "unavailable"] as const)("goes with %s and a time", (code) => {
    const details = detailsOf(callStatusOf(new GovernanceError(code, "too fast", { retryAt })));
    expect(details?.decoded).toMatchObject({ code: 14, message: "too fast" });
    expect(details?.typeUrls).toEqual(["type.googleapis.com/c1.connector.v2.RateLimitDescription"]);
    expect(details?.limits[0]).toMatchObject({ status: 2, limit: 0n, remaining: 0n });
    const resetAt = details?.limits[0]?.resetAt;
    expect(resetAt && timestampDate(resetAt)).toEqual(retryAt);
  });

  test("names the limit without a time when a throttle has none", () => {
    const details = detailsOf(callStatusOf(new GovernanceError("throttled", "too fast")));
    expect(details?.limits[0]).toMatchObject({ status: 2, remaining: 0n });
    expect(details?.limits[0]).not.toHaveProperty("resetAt");
  });

  test.for([
    ["unavailable", undefined],
    ["internal", retryAt],
    ["deadline-exceeded", retryAt],
  ] as const)("does not go with %s and %s", ([code, time]) => {
    const failure = new GovernanceError(code, "why", time === undefined ? {} : { retryAt: time });
    expect(callStatusOf(failure).metadata).toBeUndefined();
  });
});

describe("a refusal by a guard", () => {
  const { grant, revoke } = GrantManagerService.method;
  const refused = new GovernanceError("refused-by-guard", "group admins is denied by --groups-deny");

  test("of a grant says so as the Baton SDK does", () => {
    const outcome = callStatusOf(refused, grant);
    const [detail] = detailsOf(outcome)?.decoded.details ?? [];
    expect(outcome.code).toBe(status.FAILED_PRECONDITION);
    expect(detail && anyUnpack(detail, ErrorInfoSchema)).toMatchObject({
      reason: "grant_cancelled",
      domain: "github.com/conductorone/baton-sdk",
      metadata: { reason: "group admins is denied by --groups-deny" },
    });
  });

  test("of anything else, and a grant that fails otherwise, has no such detail", () => {
    expect(callStatusOf(refused, revoke).metadata).toBeUndefined();
    expect(callStatusOf(refused).metadata).toBeUndefined();
    expect(callStatusOf(new GovernanceError("failed-precondition", "off"), grant).metadata).toBeUndefined();
  });

  test("keeps within a header, however long the reason", () => {
    const outcome = callStatusOf(new GovernanceError("refused-by-guard", "x".repeat(100_000)), grant);
    const [bytes] = outcome.metadata?.get("grpc-status-details-bin") ?? [];
    expect(bytes?.length).toBeLessThan(5000);
  });
});

describe("the text of a status", () => {
  test("keeps every language, and replaces half a character, on which the library throws", () => {
    const { details } = callStatusOf(new GovernanceError("internal", `grüße 🦊 100% ${"🦊".slice(0, 1)}!`));
    expect(details).toBe("grüße 🦊 100% \ufffd!");
    expect(() => encodeURI(details)).not.toThrow();
  });

  test("is cut to what fits a header, between characters", () => {
    const { details } = callStatusOf(new GovernanceError("internal", "🦊".repeat(5000)));
    expect(Buffer.byteLength(details)).toBeLessThanOrEqual(2048);
    expect(details).toMatch(/^🦊+…$/u);
    expect(encodeURI(details).length).toBeLessThan(8 * 1024);
  });
});
