import { type CognitoDirectory, createCognitoDirectory } from "../../pkg/cognito/directory.ts";
import type { CognitoOptions } from "../../pkg/cognito/options.ts";
import type { CallClock } from "../../pkg/core/clock.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { Operation } from "../../pkg/core/operations.ts";
import type { Priority, Throttle } from "../../pkg/core/throttle.ts";

/** A signal that never fires. */
export const never = new AbortController().signal;

export const STUB_POOL = "eu-west-1_Stub00001";

export interface OpenThrottle extends Throttle {
  readonly turns: {
    readonly operation: Operation;
    readonly priority: Priority;
    readonly callsAfter?: number | undefined;
  }[];
  readonly throttles: Operation[];
}

/** Grants every turn at once and records it. */
export function openThrottle(): OpenThrottle {
  const turns: OpenThrottle["turns"] = [];
  const throttles: Operation[] = [];
  return {
    turns,
    throttles: throttles,
    async acquire(operation, priority, signal, callsAfter) {
      signal.throwIfAborted();
      turns.push({ operation, priority, callsAfter });
    },
    throttled: (operation) => void throttles.push(operation),
  };
}

export interface InstantClock extends CallClock {
  readonly sleeps: number[];
  advance(ms: number): void;
}

/** Sleeps take no real time: they advance the clock. */
export function instantClock(startMs = Date.parse("2026-11-21T12:00:00Z")): InstantClock {
  let nowMs = startMs;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => nowMs,
    monotonic: () => nowMs - startMs,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      sleeps.push(ms);
      nowMs += ms;
    },
    advance(ms) {
      nowMs += ms;
    },
  };
}

/** The adapter over a server of the test, with static keys and without waits. */
export function adapterOver(url: string, over: Partial<CognitoOptions> = {}): CognitoDirectory {
  return createCognitoDirectory({
    poolId: STUB_POOL,
    region: "eu-west-1",
    endpoint: url,
    credentials: { kind: "static", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    httpTimeoutMs: 30_000,
    throttle: openThrottle(),
    clock: instantClock(),
    random: () => 0.5,
    ...over,
  });
}

/** The GovernanceError that the work rejects with. Any other error, and success, fails the test. */
export async function refusal(work: Promise<unknown>): Promise<GovernanceError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof GovernanceError) return error;
    throw error;
  }
  throw new Error("the work was expected to fail");
}
