import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { systemClocks } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { RateLimits } from "../../core/rate-limits.ts";
import {
  DoRequestSchema,
  DoResponseSchema,
  ReportRequestSchema,
  RateLimitDescription_Status as Status,
} from "../../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { EncodedAnswer } from "../encoded-answer.ts";
import type { HandlerCall } from "../handlers.ts";
import { rateLimiterService } from "./rate-limiter-service.ts";

const never = new AbortController().signal;
const call: HandlerCall = {
  via: "grpc",
  peer: "peer",
  caller: "caller",
  mayChange: true,
  header: () => undefined,
  setTrailer: () => {},
};

function limitsOf(acquire: RateLimits["acquire"], pausedMs = 0) {
  const calls: unknown[] = [];
  const limits: RateLimits = {
    acquire(operation, priority, signal) {
      calls.push(operation, priority);
      return acquire(operation, priority, signal);
    },
    overlimit: (...report) => void calls.push(...report),
    status: () => [{ category: "UserList", currentPerSecond: 2.5, waiting: 4, pausedMs }],
  };
  return { limits, calls };
}

const entries = (key: string, value: string) => ({
  service: "connector",
  descriptors: { entries: [{ key, value }] },
});

async function ask(limits: RateLimits | undefined, key: string, value: string) {
  const request = create(DoRequestSchema, { requestToken: "t", ...entries(key, value) });
  const answer = await rateLimiterService(limits).do(request, never, call);
  if (answer instanceof EncodedAnswer) throw new TypeError("not a message");
  return create(DoResponseSchema, answer);
}

describe("Do", () => {
  it.for([
    ["aws_operation", "ListUsers"],
    ["quota_category", "UserList"],
  ] as const)("takes a turn of the limiter for %s %s", async ([key, value]) => {
    const { limits, calls } = limitsOf(async () => {});
    const { requestToken, description } = await ask(limits, key, value);
    expect(requestToken).toBe("t");
    expect(description).toMatchObject({ status: Status.OK, limit: 25n });
    expect(calls).toEqual(["ListUsers", "read"]);
  });

  it.for([
    ["connector_method", "/c1.connector.v2.ResourcesService/ListResources"],
    ["aws_operation", "DeleteUserPool"],
    ["aws_operation", "toString"],
    ["quota_category", "Nothing"],
    ["color", "UserList"],
  ] as const)("knows no limit for %s %s, and takes no turn", async ([key, value]) => {
    const { limits, calls } = limitsOf(async () => {});
    expect((await ask(limits, key, value)).description?.status).toBe(Status.EMPTY);
    expect(calls).toEqual([]);
  });

  it.for([0, 30_000])(
    "says when to ask again where too many wait and a pause has %d ms left",
    async (pausedMs) => {
      const { limits } = limitsOf(async () => {
        throw new GovernanceError("unavailable", "too many calls wait");
      }, pausedMs);
      const before = systemClocks.now();
      const { description } = await ask(limits, "quota_category", "UserList");
      expect(description).toMatchObject({ status: Status.OVERLIMIT, limit: 25n });
      const resetAt = description?.resetAt === undefined ? 0 : timestampMs(description.resetAt);
      expect(resetAt - before - pausedMs).toBeGreaterThanOrEqual(2000);
      expect(resetAt - before - pausedMs).toBeLessThanOrEqual(30_000 - 1);
    },
  );

  it("fails as the limiter fails, and ends with its caller", async () => {
    const { limits } = limitsOf(async () => {
      throw new GovernanceError("internal", "broken");
    });
    await expect(ask(limits, "quota_category", "UserList")).rejects.toThrow("broken");
  });

  it("knows no limit without a limiter", async () => {
    expect((await ask(undefined, "quota_category", "UserList")).description?.status).toBe(Status.EMPTY);
  });
});

describe("Report", () => {
  const resetAt = timestampFromDate(new Date(1_795_000_005_000));

  async function report(
    description: MessageInitShape<typeof ReportRequestSchema>["description"],
    by = call,
    key = "quota_category",
  ) {
    const { limits, calls } = limitsOf(async () => {});
    const request = create(ReportRequestSchema, {
      ...entries(key, "UserList"),
      ...(description && { description }),
    });
    await rateLimiterService(limits).report(request, never, by);
    return calls;
  }

  it("of OVERLIMIT is handed to the limiter, with the time where it has one", async () => {
    expect(await report({ status: Status.OVERLIMIT, resetAt })).toEqual(["ListUsers", 1_795_000_005_000]);
    expect(await report({ status: Status.OVERLIMIT })).toEqual(["ListUsers", undefined]);
  });

  it("of anything else changes nothing, nor one by a caller who may only read", async () => {
    for (const status of [Status.OK, Status.ERROR, Status.EMPTY, Status.UNSPECIFIED]) {
      expect(await report({ status, resetAt })).toEqual([]);
    }
    expect(await report(undefined)).toEqual([]);
    expect(await report({ status: Status.OVERLIMIT, resetAt }, call, "connector_method")).toEqual([]);
    expect(await report({ status: Status.OVERLIMIT, resetAt }, { ...call, mayChange: false })).toEqual([]);
    const { mayChange: _, ...unknown } = call;
    expect(await report({ status: Status.OVERLIMIT, resetAt }, unknown)).toEqual([]);
  });
});
