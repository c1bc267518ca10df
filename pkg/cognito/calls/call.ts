import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { orAborted } from "../../core/abort.ts";
import { systemClocks } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { AwsWaitEvent } from "../../core/events.ts";
import type { Operation } from "../../core/operations.ts";
import type { AheadProgress } from "../../core/page.ts";
import type { Priority } from "../../core/throttle.ts";
import { createClient } from "../client/client.ts";
import { RefusedEndpoint } from "../client/endpoint-guard.ts";
import { classify } from "../failures/classify.ts";
import { fromFailure, outcomeUnknown } from "../failures/errors.ts";
import { type AwsFailure, readFailure } from "../failures/failure.ts";
import type { FailureKind } from "../failures/failure-kind.ts";
import { troubleOf } from "../failures/trouble.ts";
import type { CognitoOptions } from "../options.ts";
import { systemSleep, withDeadline } from "./attempt.ts";
import { DEFAULT_RETRY, decideRetry, IDEMPOTENT, isAmbiguous } from "./retry.ts";

/** What the SDK adds to every answer. */
export interface AwsAnswer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

export interface CallRequest<A extends AwsAnswer, T> {
  readonly operation: Operation;
  /** `write`: the call changes the pool, so it ends with `outcome-unknown` where AWS may have carried it out. */
  readonly priority: Priority;
  /** The call carries a page marker, which AWS may reject. */
  readonly hasMarker?: boolean;
  /** Nobody has asked for what the call reads. */
  readonly ahead?: AheadProgress | undefined;
  /** About how many calls can be made only after this one. */
  readonly callsAfter?: number | undefined;
  /** Sends once. Builds its input for each attempt, since the SDK may change an input that it was given (mark 6). */
  readonly send: (
    sdk: CognitoIdentityProviderClient,
    http: { readonly abortSignal: AbortSignal },
  ) => Promise<A>;
  /** Throws MalformedAnswer for an answer that another attempt may bring complete. */
  readonly parse: (answer: A) => T;
  /**
   * Optional hook that may replace the error of a failed call. It may call AWS again to find the cause: is the group
   * missing, or the whole pool?
   */
  readonly refineFailure?: RefineFailure | undefined;
}

/** Runs the work, and may replace the error that it rejects with. */
export type RefineFailure = <R>(work: () => Promise<R>) => Promise<R>;

export interface AwsCaller {
  /**
   * One call to AWS. Each attempt waits for its turn, sends and parses; a failure is classified and retried where the
   * policy allows. Rejects with GovernanceError.
   */
  call<A extends AwsAnswer, T>(request: CallRequest<A, T>, signal: AbortSignal): Promise<T>;
  /** Closes the connections. Running calls and later calls end with `canceled`. */
  close(): void;
}

/** `spentMs` does not include the wait for the turn. */
type Attempt<T> =
  | { readonly kind: "done"; readonly value: T }
  | {
      readonly kind: "failed";
      readonly failure: AwsFailure;
      readonly generation: number | undefined;
      readonly spentMs: number;
    };

type Wait = AwsWaitEvent["waitsFor"];

interface AttemptPlan {
  /** 1 for the first. */
  readonly number: number;
  /** The credentials that AWS rejected in the attempt before. */
  readonly refusedGeneration: number | undefined;
  readonly deadlineMs: number;
  readonly waits: (waitsFor: Wait) => void;
}

/** An attempt has this long, also when the patience of the call is nearly used up. */
const MIN_ATTEMPT_MS = 1_000;

/** Whether AWS may have carried out the call, in an attempt that brought no answer. */
interface WriteEffect {
  maybeDone: boolean;
}

/** The only place that calls AWS. Every attempt takes a turn from the limiter (D6). */
export function createAwsCaller(options: CognitoOptions): AwsCaller {
  const { throttle, httpTimeoutMs, onCall, onWait } = options;
  const { now, monotonic, sleep } = options.clock ?? { ...systemClocks, sleep: systemSleep };
  const random = options.random ?? Math.random;
  const writePolicy = { ...DEFAULT_RETRY, ...options.retry };
  const readPolicy = { ...writePolicy, maxTotalMs: options.readPatienceMs ?? writePolicy.maxTotalMs };
  const client = createClient(options, now);
  let closed = false;

  async function attempt<A extends AwsAnswer, T>(
    request: CallRequest<A, T>,
    { number, refusedGeneration, deadlineMs, waits }: AttemptPlan,
    effect: WriteEffect,
    signal: AbortSignal,
  ): Promise<Attempt<T>> {
    const { operation, priority, callsAfter, send, parse } = request;
    waits("credentials");
    let startedAt = monotonic();
    let generation: number | undefined;
    try {
      generation = await orAborted(client.ready(refusedGeneration), signal);
    } catch (error) {
      if (error instanceof GovernanceError) throw error;
      const failure = readFailure(error);
      return { kind: "failed", failure, generation, spentMs: monotonic() - startedAt };
    }
    waits("turn");
    await throttle.acquire(operation, priority, signal, callsAfter);
    waits("answer");
    startedAt = monotonic();
    let requestId: string | undefined;
    const report = (outcome: string, networkCode?: string): void =>
      onCall?.({
        operation,
        outcome,
        networkCode,
        attempt: number,
        latencyMs: monotonic() - startedAt,
        requestId,
      });
    try {
      const answer = await withDeadline(
        (abortSignal) => {
          effect.maybeDone = true;
          return send(client.sdk, { abortSignal });
        },
        deadlineMs,
        signal,
      );
      requestId = answer.$metadata.requestId;
      const value = parse(answer);
      report("ok");
      return { kind: "done", value };
    } catch (error) {
      const failure = readFailure(error, requestId);
      requestId = failure.requestId;
      report(signal.aborted ? "canceled" : failure.name, failure.networkCode);
      if (error instanceof RefusedEndpoint) effect.maybeDone = false;
      if (error instanceof GovernanceError) throw error;
      return { kind: "failed", failure, generation, spentMs: monotonic() - startedAt };
    }
  }

  async function callWithRetries<A extends AwsAnswer, T>(
    request: CallRequest<A, T>,
    effect: WriteEffect,
    onWaits: (waitsFor: Wait, attempt: number, trouble: string | undefined) => void,
    signal: AbortSignal,
  ): Promise<T> {
    const { operation, priority, hasMarker = false } = request;
    const policy = priority === "write" ? writePolicy : readPolicy;
    let trouble: string | undefined;
    const retriedOnce = new Set<FailureKind>();
    let refusedGeneration: number | undefined;
    let spentMs = 0;
    for (let attempts = 1; ; attempts += 1) {
      signal.throwIfAborted();
      // Another attempt would open new connections.
      if (closed) throw new GovernanceError("canceled", `${operation}: the connector is closing`);
      const maybeDoneBefore = effect.maybeDone;
      const waits = (waitsFor: Wait): void => onWaits(waitsFor, attempts, trouble);
      const deadlineMs = Math.min(httpTimeoutMs, Math.max(MIN_ATTEMPT_MS, policy.maxTotalMs - spentMs));
      const plan = { number: attempts, refusedGeneration, deadlineMs, waits };
      const outcome = await attempt(request, plan, effect, signal);
      if (outcome.kind === "done") return outcome.value;
      const kind = classify(outcome.failure, { hasMarker });
      // An answer says what became of its own attempt, not of earlier ones. An abort during the attempt is no answer.
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
          retryAt: retryInMs === undefined ? undefined : new Date(now() + retryInMs),
        });
      }
      retriedOnce.add(kind);
      refusedGeneration = kind === "credentials" ? outcome.generation : undefined;
      trouble = troubleOf(kind, outcome.failure);
      waits("retry");
      if (decision.delayMs > 0) await sleep(decision.delayMs, signal);
      spentMs += decision.delayMs;
    }
  }

  return {
    async call(request, signal) {
      const { operation, priority, ahead, refineFailure = keepFailure } = request;
      const effect: WriteEffect = { maybeDone: false };
      const call = Symbol(operation);
      const waits = (waitsFor: Wait, number: number, trouble: string | undefined): void => {
        if (ahead === undefined) onWait?.({ call, operation, waitsFor, attempt: number, trouble });
        // Nobody waits for it, so it is not among what is waited for.
        else if (waitsFor === "answer") ahead.sent();
        else if (waitsFor === "retry") ahead.failed();
      };
      try {
        return await refineFailure(() =>
          callWithRetries(request, effect, waits, signal).finally(() => waits("nothing", 1, undefined)),
        );
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

/** The user, the group or the pool no longer exists, so no earlier attempt matters. */
function isGone({ reason }: GovernanceError): boolean {
  return reason === "user-gone" || reason === "group-gone" || reason === "pool-missing";
}

function keepFailure<R>(work: () => Promise<R>): Promise<R> {
  return work();
}

/** The caller's signal fired. A reason that is already a GovernanceError is kept. */
function abortError(operation: Operation, reason: unknown): GovernanceError {
  if (reason instanceof GovernanceError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new GovernanceError("deadline-exceeded", `${operation}: the caller's deadline has passed`);
  }
  return new GovernanceError("canceled", `${operation}: canceled by the caller`);
}
