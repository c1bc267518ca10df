import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { systemClocks } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { CATEGORY_OF, type Operation } from "../../core/operations.ts";
import type { RateLimits } from "../../core/rate-limits.ts";
import {
  type RateLimitDescriptors,
  type RateLimiterService,
  RateLimitDescription_Status as Status,
} from "../../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import type { Handlers } from "../handlers.ts";

/** A turn is waited for as long; then the answer says when to ask again. */
const WAIT_MS = 10_000;

/**
 * A parent process asks before and after each of its calls to the connector: nothing limits those, since the connector takes
 * turns for its own calls to AWS. Who calls AWS beside it, in the same account, names the operation or its quota category
 * and gets a turn of the same limiter.
 */
export function rateLimiterService(limits: RateLimits | undefined): Handlers<typeof RateLimiterService> {
  return {
    async do({ requestToken, descriptors }, signal) {
      const operation = operationOf(descriptors);
      if (limits === undefined || operation === undefined)
        return { requestToken, description: { status: Status.EMPTY } };
      const enough = AbortSignal.timeout(WAIT_MS);
      try {
        await limits.acquire(operation, "read", AbortSignal.any([signal, enough]));
        return { requestToken, description: { status: Status.OK, limit: perTenSeconds(limits, operation) } };
      } catch (error) {
        signal.throwIfAborted();
        const isFull = error instanceof GovernanceError && error.code === "unavailable";
        if (!enough.aborted && !isFull) throw error;
        return {
          requestToken,
          description: {
            status: Status.OVERLIMIT,
            limit: perTenSeconds(limits, operation),
            resetAt: timestampFromDate(new Date(systemClocks.now() + queueMs(limits, operation))),
          },
        };
      }
    },
    report({ descriptors, description }, _signal, { mayChange = false }) {
      const operation = operationOf(descriptors);
      // A caller that may only read must not slow down what others change.
      if (operation === undefined || !mayChange || description?.status !== Status.OVERLIMIT) return {};
      const { resetAt } = description;
      limits?.overlimit(operation, resetAt === undefined ? undefined : timestampDate(resetAt).getTime());
      return {};
    },
  };
}

/** The first operation of each quota category: a request may have thousands of entries. */
const OPERATION_IN: ReadonlyMap<string, Operation> = new Map(
  Object.keys(CATEGORY_OF)
    .filter(isOperation)
    .toReversed()
    .map((operation) => [CATEGORY_OF[operation], operation]),
);

/** An operation that is named, or one of the category that is; undefined where neither is known. */
function operationOf(descriptors: RateLimitDescriptors | undefined): Operation | undefined {
  for (const { key, value } of descriptors?.entries ?? []) {
    if (key === "aws_operation" && isOperation(value)) return value;
    const operation = key === "quota_category" ? OPERATION_IN.get(value) : undefined;
    if (operation !== undefined) return operation;
  }
  return undefined;
}

function isOperation(name: string): name is Operation {
  return Object.hasOwn(CATEGORY_OF, name);
}

function statusOf(limits: RateLimits, operation: Operation) {
  return limits.status().find(({ category }) => category === CATEGORY_OF[operation]);
}

function perTenSeconds(limits: RateLimits, operation: Operation): bigint {
  return BigInt(Math.floor((statusOf(limits, operation)?.currentPerSecond ?? 0) * 10));
}

/** How long the calls that wait now take, and one more. */
function queueMs(limits: RateLimits, operation: Operation): number {
  const status = statusOf(limits, operation);
  if (status === undefined) return 0;
  return Math.ceil(status.pausedMs + (1000 * (status.waiting + 1)) / status.currentPerSecond);
}
