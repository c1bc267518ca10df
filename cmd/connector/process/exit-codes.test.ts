import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { exitCodeOf } from "./exit-codes.ts";

describe("exit codes (D19)", () => {
  test.for([
    ["canceled", status.CANCELLED],
    ["deadline-exceeded", status.DEADLINE_EXCEEDED],
    ["not-found", status.NOT_FOUND],
    ["already-exists", status.ALREADY_EXISTS],
    ["permission-denied", status.PERMISSION_DENIED],
    ["resource-exhausted", status.RESOURCE_EXHAUSTED],
    ["failed-precondition", status.FAILED_PRECONDITION],
    ["aborted", status.ABORTED],
    ["unimplemented", status.UNIMPLEMENTED],
    ["internal", status.INTERNAL],
    ["unavailable", status.UNAVAILABLE],
    ["throttled", status.UNAVAILABLE],
    ["data-loss", status.DATA_LOSS],
    ["unauthenticated", status.UNAUTHENTICATED],
    ["invalid-argument", 2],
    ["refused-by-guard", 21],
  ] as const)("%s is %i", ([code, exitCode]) => {
    expect(exitCodeOf(new GovernanceError(code, "x"))).toBe(exitCode);
  });

  test("of what nobody expected is that of an internal error", () => {
    expect(exitCodeOf(new TypeError("x"))).toBe(13);
  });
});
