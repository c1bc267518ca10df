import { type CognitoDirectory, createCognitoDirectory } from "../../../pkg/cognito/directory.ts";
import type { Config } from "../../../pkg/config/config.ts";
import type { Connector } from "../../../pkg/connector/connector.ts";
import { createConnector } from "../../../pkg/connector/create-connector.ts";
import type { Directory } from "../../../pkg/core/directory.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import type { AwsCallEvent } from "../../../pkg/core/events.ts";
import { CATEGORY_OF } from "../../../pkg/core/operations.ts";
import type { Throttle } from "../../../pkg/core/throttle.ts";
import { createThrottle, type QuotaThrottle } from "../../../pkg/limiter/throttle.ts";
import { type AdjustableLogger, createLogger } from "../../../pkg/ops/logger.ts";
import { type CallMeter, createCallMeter } from "../../../pkg/ops/metrics/call-meter.ts";
import type { Provisioner } from "../../../pkg/provision/provisioner.ts";
import { createLiveLine, type LiveLine } from "../cli/progress/live-line.ts";
import { type Context, ReaderGone } from "../process/context.ts";
import { exitCodeOf, OK } from "../process/exit-codes.ts";
import { failureLine } from "../process/messages.ts";
import { type Closable, closeInOrder } from "./close-in-order.ts";
import { createProvisioning, type Provisioning } from "./provisioning.ts";

/** The last spans have this long to leave. */
const WATCH_GRACE_MS = 2_000;

/** The running program: everything put together for one pool. */
export interface Runtime {
  readonly log: AdjustableLogger;
  readonly liveLine: LiveLine;
  readonly throttle: QuotaThrottle;
  readonly meter: CallMeter;
  readonly directory: Directory;
  readonly connector: Connector;
  /** What changes the pool. Nothing is opened or written before its first change. */
  readonly provisioner: Provisioner;
  readonly journal: Pick<Provisioning, "open" | "status" | "budgets">;
  /** Tells a failure, as one line for people or one log line, and what it means for the output. */
  readonly fail: (error: unknown, meaning?: string) => Promise<void>;
  /** What is left of the grace, which runs from the first time that this is asked. */
  readonly graceLeft: () => number;
  /** Has the piece closed before everything that was there earlier. */
  readonly closeFirst: (piece: Closable) => void;
}

/** What a service that is watched hangs between the pieces. */
export interface Watch {
  throttle(inner: Throttle): Throttle;
  directory(inner: CognitoDirectory): CognitoDirectory;
  awsCall(event: AwsCallEvent): void;
  /** Sends what it still has. */
  close(graceMs: number): Promise<void>;
}

/**
 * Builds the program bottom up, runs it, and takes it down front first, whatever came of it: the service, the schedule,
 * the changes under way, the connections to AWS, the limiter, and last whoever watches. A failure becomes one line and an
 * exit code here. No call to AWS is made by building.
 */
export async function withRuntime(
  config: Config,
  context: Context,
  work: (runtime: Runtime) => Promise<number>,
  watched?: (log: AdjustableLogger) => Promise<Watch>,
): Promise<number> {
  const { stderr, now, monotonic, signal } = context;
  const liveLine = createLiveLine(stderr);
  const log = createLogger({ ...config.log, write: (line) => liveLine.above(line), now });
  // Closed from the front: what is built later uses what is built earlier.
  const pieces: Closable[] = [];
  const closeFirst = (piece: Closable): void => void pieces.unshift(piece);

  // One deadline for all pieces, since whoever asked for the end waits for all of them.
  let endsAtMs: number | undefined;
  const graceLeft = (): number => {
    endsAtMs ??= monotonic() + config.service.graceMs;
    return Math.max(0, endsAtMs - monotonic());
  };

  const meter = createCallMeter(monotonic);
  let watch: Watch | undefined;
  const throttle = createThrottle({
    rates: config.rates,
    monotonic,
    onChange({ category, currentPerSecond, setPerSecond, throttles }) {
      const fields = { category, grantedPerSecond: currentPerSecond, throttles };
      if (currentPerSecond < setPerSecond) log.debug("AWS throttles us: this category goes slower", fields);
      else log.debug("the category is at its set rate again", fields);
    },
  });
  closeFirst({ name: "the limiter", close: () => throttle.close() });

  async function fail(error: unknown, meaning?: string): Promise<void> {
    liveLine.clear();
    // What was asked wrongly is told to whoever asked; the rest goes where the log goes.
    const asked = GovernanceError.from(error).code === "invalid-argument";
    if (config.log.format === "json" && !asked) log.failure(meaning ?? "the command failed", error);
    else await stderr.write(failureLine(error, meaning));
  }

  try {
    watch = await watched?.(log);
    if (watch !== undefined) pieces.push({ name: "the watch", close: () => watch?.close(WATCH_GRACE_MS) });
    const cognito = createCognitoDirectory({
      poolId: config.poolId,
      region: config.region,
      throttle: watch?.throttle(throttle) ?? throttle,
      credentials: { ...config.keys, assumeRole: config.assumeRole },
      endpoint: config.network.endpointUrl,
      fips: config.network.fips,
      dualStack: config.network.dualStack,
      proxy: config.network,
      httpTimeoutMs: config.network.httpTimeoutMs,
      onCall(event) {
        const { operation, outcome, attempt, latencyMs, requestId } = event;
        watch?.awsCall(event);
        meter.count(CATEGORY_OF[operation], outcome);
        log.debug("AWS answered", {
          operation,
          outcome,
          attempt,
          requestId,
          durationMs: Math.round(latencyMs),
        });
      },
    });
    const directory = watch?.directory(cognito) ?? cognito;
    closeFirst({ name: "the connections to AWS", close: () => cognito.close() });
    const connector = createConnector({
      directory,
      poolId: config.poolId,
      userIdKind: config.userIdKind,
      now,
    });
    const provisioning = createProvisioning(config, directory, now);
    closeFirst({ name: "the changes under way", close: () => provisioning.close(graceLeft()) });
    const { provisioner } = provisioning;
    return await work({
      log,
      liveLine,
      throttle,
      meter,
      directory,
      connector,
      provisioner,
      journal: provisioning,
      graceLeft,
      fail,
      closeFirst,
    });
  } catch (error) {
    if (signal.reason instanceof ReaderGone || error instanceof ReaderGone) return OK;
    await fail(error);
    return exitCodeOf(error);
  } finally {
    await closeInOrder(pieces, log);
  }
}
