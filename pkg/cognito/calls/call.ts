import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { orAborted } from "../../core/abort.ts";
import { systemClocks } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";
import type { Priority } from "../../core/throttle.ts";
import { createClient } from "../client/client.ts";
import { classify } from "../failures/classify.ts";
import { fromFailure, outcomeUnknown } from "../failures/errors.ts";
import { type AwsFailure, readFailure } from "../failures/failure.ts";
import type { FailureKind } from "../failures/failure-kind.ts";
import type { CognitoOptions } from "../options.ts";
import { systemSleep, withDeadline } from "./attempt.ts";
import { DEFAULT_RETRY, decideRetry, IDEMPOTENT, isAmbiguous } from "./retry.ts";

/** What the SDK adds to every answer. */
export interface AwsAnswer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

export interface CallRequest<A extends AwsAnswer, T> {
  readonly operation: Operation;
  /** `write` means that the call changes the pool: it ends with `outcome-unknown` where it may have done so unseen. */
  readonly priority: Priority;
  /** The call carries a page marker, which AWS may refuse. */
  readonly hasMarker?: boolean;
  /** Sends once. Builds its input anew each time: the SDK's paginators are known to write into theirs (mark 6). */
  readonly send: (
    sdk: CognitoIdentityProviderClient,
    http: { readonly abortSignal: AbortSignal },
  ) => Promise<A>;
  /** Throws MalformedAnswer for an answer that is worth asking for again. */
  readonly parse: (answer: A) => T;
  /** Told to look into what the call rejected with, by other calls where it must. */
  readonly refineFailure?: RefineFailure | undefined;
}

/** Runs the work, and may replace what it rejects with. */
export type RefineFailure = <R>(work: () => Promise<R>) => Promise<R>;

export interface AwsCaller {
  /** One call to AWS: turn, send, parse, judge, and again where the policy allows. Rejects with GovernanceError. */
  call<A extends AwsAnswer, T>(request: CallRequest<A, T>, signal: AbortSignal): Promise<T>;
  /** Drops the connections. Calls under way and calls made later end with `canceled`. */
  close(): void;
}

/** `spentMs` leaves out the wait for the turn. */
type Attempt<T> =
  | { readonly kind: "done"; readonly value: T }
  | {
      readonly kind: "failed";
      readonly failure: AwsFailure;
      readonly generation: number | undefined;
      readonly spentMs: number;
    };

/** Whether AWS may have done what was asked, in an attempt that brought no answer. */
interface WriteEffect {
  maybeDone: boolean;
}

/** The one place where calls to AWS are made; every attempt takes a turn (D6). */
export function createAwsCaller(options: CognitoOptions): AwsCaller {
  const { throttle, httpTimeoutMs, onCall } = options;
  const { now, monotonic, sleep } = options.clock ?? { ...systemClocks, sleep: systemSleep };
  const random = options.random ?? Math.random;
  const policy = { ...DEFAULT_RETRY, ...options.retry };
  const client = createClient(options, now);
  let closed = false;

  async function attempt<A extends AwsAnswer, T>(
    request: CallRequest<A, T>,
    number: number,
    refusedGeneration: number | undefined,
    effect: WriteEffect,
    signal: AbortSignal,
  ): Promise<Attempt<T>> {
    const { operation, priority, send, parse } = request;
    let startedAt = monotonic();
    let generation: number | undefined;
    try {
      generation = await orAborted(client.ready(refusedGeneration), signal);
    } catch (error) {
      const failure = readFailure(error);
      return { kind: "failed", failure, generation, spentMs: monotonic() - startedAt };
    }
    await throttle.acquire(operation, priority, signal);
    startedAt = monotonic();
    let requestId: string | undefined;
    const report = (outcome: string): void =>
      onCall?.({ operation, outcome, attempt: number, latencyMs: monotonic() - startedAt, requestId });
    try {
      const answer = await withDeadline(
        (abortSignal) => {
          effect.maybeDone = true;
          return send(client.sdk, { abortSignal });
        },
        httpTimeoutMs,
        signal,
      );
      requestId = answer.$metadata.requestId;
      const value = parse(answer);
      report("ok");
      return { kind: "done", value };
    } catch (error) {
      const failure = readFailure(error, requestId);
      requestId = failure.requestId;
      report(signal.aborted ? "canceled" : failure.name);
      if (error instanceof GovernanceError) throw error;
      return { kind: "failed", failure, generation, spentMs: monotonic() - startedAt };
    }
  }

  async function callWithRetries<A extends AwsAnswer, T>(
    request: CallRequest<A, T>,
    effect: WriteEffect,
    signal: AbortSignal,
  ): Promise<T> {
    const { operation, hasMarker = false } = request;
    const retriedOnce = new Set<FailureKind>();
    let refusedGeneration: number | undefined;
    let spentMs = 0;
    for (let attempts = 1; ; attempts += 1) {
      signal.throwIfAborted();
      // A new attempt would open the connections again.
      if (closed) throw new GovernanceError("canceled", `${operation}: the connector is closing`);
      const maybeDoneBefore = effect.maybeDone;
      const outcome = await attempt(request, attempts, refusedGeneration, effect, signal);
      if (outcome.kind === "done") return outcome.value;
      const kind = classify(outcome.failure, { hasMarker });
      // An answer settles its own attempt, and not the ones before it. An abort in flight is no answer.
      const answered = !isAmbiguous(kind) && (outcome.failure.modeled || !signal.aborted);
      if (answered) effect.maybeDone = maybeDoneBefore;
      signal.throwIfAborted();
      if (closed) continue;
      spentMs += outcome.spentMs;
      if (kind === "throttled") throttle.throttled(operation);
      const history = { attempts, spentMs, retriedOnce };
      const decision = decideRetry(policy, kind, IDEMPOTENT[operation], history, random);
      if (decision.kind === "give-up") {
        const { retryInMs } = decision;
        throw fromFailure(kind, outcome.failure, {
          operation,
          poolId: options.poolId,
          region: options.region,
          endpoint: options.endpoint,
          roleArn: options.credentials.assumeRole?.roleArn,
          attempts,
          httpTimeoutMs,
          retryAt: retryInMs === undefined ? undefined : new Date(now() + retryInMs),
        });
      }
      retriedOnce.add(kind);
      refusedGeneration = kind === "credentials" ? outcome.generation : undefined;
      if (decision.delayMs > 0) await sleep(decision.delayMs, signal);
      spentMs += decision.delayMs;
    }
  }

  return {
    async call(request, signal) {
      const { operation, priority, refineFailure = keepFailure } = request;
      const effect: WriteEffect = { maybeDone: false };
      try {
        return await refineFailure(() => callWithRetries(request, effect, signal));
      } catch (error) {
        const failure = signal.aborted ? abortError(operation, signal.reason) : GovernanceError.from(error);
        const maybeDone = priority === "write" && effect.maybeDone && !isGone(failure);
        throw maybeDone ? outcomeUnknown(operation, failure) : failure;
      }
    },
    close() {
      closed = true;
      client.close();
    },
  };
}

/** What was to be changed is not there any more, which settles all attempts. */
function isGone({ reason }: GovernanceError): boolean {
  return reason === "user-gone" || reason === "group-gone" || reason === "pool-missing";
}

function keepFailure<R>(work: () => Promise<R>): Promise<R> {
  return work();
}

/** Whatever reason the caller aborted with, the outcome is that nobody waits any more. */
function abortError(operation: Operation, reason: unknown): GovernanceError {
  if (reason instanceof GovernanceError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new GovernanceError("deadline-exceeded", `${operation}: the caller's deadline has passed`);
  }
  return new GovernanceError("canceled", `${operation}: given up by the caller`);
}
