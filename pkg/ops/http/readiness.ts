import { orAborted } from "../../core/abort.ts";
import type { EpochClock, MonotonicClock } from "../../core/clock.ts";
import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import type { Category } from "../../core/operations.ts";
import type { SharingMode } from "../../core/shared-quota.ts";

/** The last complete sync, as far as it may be shown to anybody. */
export interface LastSync {
  readonly endedAt: Date;
  readonly durationMs: number;
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** The scheduled syncs that have failed since the last complete one, as far as it may be shown to anybody. */
export interface SyncFailure {
  /** When the first of them failed. */
  readonly since: Date;
  readonly failures: number;
  /** Of the last of them. */
  readonly code: ErrorCode;
}

/** The quota that instances share, as far as it may be shown to anybody. */
export interface SharedQuotaHealth {
  /** Of all categories the worst. */
  readonly mode: SharingMode;
  readonly instances: number;
  /** Redis answers, and gives no turns in time although calls wait. */
  readonly silent: boolean;
  /** Categories in which another instance has a lower rate set. */
  readonly lowered: readonly Category[];
}

/** Whether the service can do its work, and when that was checked. */
export interface Readiness {
  readonly ready: boolean;
  /** One line: what is wrong and the cure. Undefined when ready. */
  readonly reason: string | undefined;
  readonly checkedAt: Date;
  readonly lastSync?: LastSync | undefined;
  /** It does not make the service unready: other calls work, and a restart would not help. */
  readonly syncFailure?: SyncFailure | undefined;
  /** It does not make the service unready: each instance has its part of the rate. */
  readonly sharedQuota?: SharedQuotaHealth | undefined;
}

export interface ReadinessOptions {
  /** Checks AWS once. Rejects with the reason why the service cannot work. */
  readonly validate: (signal: AbortSignal) => Promise<void>;
  /** Must not throw. */
  readonly lastSync?: (() => LastSync | undefined) | undefined;
  /** Must not throw. */
  readonly syncFailure?: (() => SyncFailure | undefined) | undefined;
  /** Must not throw. */
  readonly sharedQuota?: (() => SharedQuotaHealth | undefined) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** Milliseconds that only go forward. */
  readonly monotonic: MonotonicClock;
  /** What the check waits for, in a few words, once it has taken too long. Must not throw. */
  readonly waitingFor?: (() => string | undefined) | undefined;
  /** What else keeps the service from its work now, in one line. Must not throw. */
  readonly trouble?: (() => string | undefined) | undefined;
  /** The longest that a check may take. Default 4 000: a probe of Kubernetes waits for five seconds. */
  readonly timeoutMs?: number | undefined;
}

export interface ReadinessProbe {
  /** Never rejects. Checks AWS at most once in 30 s after a success and once in 5 s after a failure. */
  ready(): Promise<Readiness>;
  /** The result of the last check, without a new one; undefined before the first. */
  last(): boolean | undefined;
  /** From now on not ready. Cancels a running check. */
  drain(): void;
}

const GOOD_FOR_MS = 30_000;
const BAD_FOR_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 4_000;

interface ProbeResult {
  readonly failure: GovernanceError | undefined;
  readonly at: Date;
  readonly staleAtMs: number;
}

/** The cached check of AWS behind `/readyz`: probes come every few seconds, and calls to AWS have a quota. */
export function createReadinessProbe(options: ReadinessOptions): ReadinessProbe {
  const {
    validate,
    lastSync,
    syncFailure,
    sharedQuota,
    waitingFor,
    trouble,
    now,
    monotonic,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  } = options;
  const stop = new AbortController();
  let lastResult: ProbeResult | undefined;
  let running: Promise<ProbeResult> | undefined;
  /** A check that timed out may still run; then no second one is started. */
  let validating = false;

  function record(error?: unknown): ProbeResult {
    const failure = error === undefined ? undefined : GovernanceError.from(error);
    const staleAtMs = monotonic() + (failure === undefined ? GOOD_FOR_MS : BAD_FOR_MS);
    lastResult = { failure, at: new Date(now()), staleAtMs };
    return lastResult;
  }

  function timedOut(): GovernanceError {
    const why = waitingFor?.();
    const cause = why === undefined ? "" : `: ${why}`;
    return new GovernanceError("deadline-exceeded", `AWS did not answer within ${timeoutMs} ms${cause}`);
  }

  async function validateOnce(signal: AbortSignal): Promise<void> {
    validating = true;
    try {
      await validate(signal);
    } finally {
      validating = false;
    }
  }

  async function probe(): Promise<ProbeResult> {
    if (validating) return record(timedOut());
    const timeout = new AbortController();
    const signal = AbortSignal.any([stop.signal, timeout.signal]);
    const timer = setTimeout(() => timeout.abort(timedOut()), timeoutMs);
    const validated = validateOnce(signal);
    try {
      await orAborted(validated, signal);
      return record();
    } catch (error) {
      return record(error);
    } finally {
      clearTimeout(timer);
    }
  }

  function failureNow(): GovernanceError | undefined {
    if (stop.signal.aborted) return GovernanceError.from(stop.signal.reason);
    if (lastResult?.failure !== undefined) return lastResult.failure;
    const other = trouble?.();
    return other === undefined ? undefined : new GovernanceError("unavailable", other);
  }

  return {
    async ready() {
      if (!stop.signal.aborted && (lastResult === undefined || monotonic() >= lastResult.staleAtMs)) {
        running ??= probe().finally(() => {
          running = undefined;
        });
        await running;
      }
      const failure = failureNow();
      return {
        ready: failure === undefined,
        reason: failure?.message,
        checkedAt: stop.signal.aborted ? new Date(now()) : (lastResult?.at ?? new Date(now())),
        lastSync: lastSync?.(),
        syncFailure: syncFailure?.(),
        sharedQuota: sharedQuota?.(),
      };
    },
    last: () => (lastResult === undefined && !stop.signal.aborted ? undefined : failureNow() === undefined),
    drain: () => stop.abort(new GovernanceError("unavailable", "the connector is shutting down")),
  };
}
