import { createCognitoDirectory } from "../../../pkg/cognito/directory.ts";
import type { Config } from "../../../pkg/config/config.ts";
import type { Connector } from "../../../pkg/connector/connector.ts";
import { createConnector } from "../../../pkg/connector/create-connector.ts";
import type { CallOrigins } from "../../../pkg/core/call-origin.ts";
import type { Clocks } from "../../../pkg/core/clock.ts";
import type { Directory } from "../../../pkg/core/directory.ts";
import type { AwsCallEvent } from "../../../pkg/core/events.ts";
import { CATEGORY_OF } from "../../../pkg/core/operations.ts";
import type { SharedQuota } from "../../../pkg/core/shared-quota.ts";
import type { InventoryPlace } from "../../../pkg/inventory/place.ts";
import { type CategoryStatus, createThrottle, type QuotaThrottle } from "../../../pkg/limiter/throttle.ts";
import { createCallOrigins } from "../../../pkg/ops/call-origins.ts";
import type { Logger } from "../../../pkg/ops/logger.ts";
import { type CallMeter, createCallMeter } from "../../../pkg/ops/metrics/call-meter.ts";
import type { Shutdown } from "../../../pkg/ops/shutdown.ts";
import { createKnownAccounts, rememberListed } from "../../../pkg/provision/known-accounts.ts";
import type { Provisioner } from "../../../pkg/provision/provisioner.ts";
import { createReadAhead } from "../../../pkg/read-ahead/create-read-ahead.ts";
import { outdatingWriter } from "../../../pkg/read-ahead/outdating-writer.ts";
import { createEnrichment, type Enrichment } from "./inventory/enrichment.ts";
import { eventChanges } from "./inventory/event-changes.ts";
import { createProvisioning, type Planning, type Provisioning } from "./provisioning.ts";
import { openRecords, type Records } from "./records/records.ts";
import { type ServedParts, servedParts } from "./served-parts.ts";
import { openQuotaSharing } from "./shared-quota.ts";
import { NO_TELEMETRY, type Telemetry } from "./telemetry.ts";
import { createWaitWatch, type WaitWatch } from "./waits.ts";

/** The program composed for one pool. */
export interface Runtime {
  readonly log: Logger;
  readonly throttle: QuotaThrottle;
  /** On whose behalf AWS is called. */
  readonly origins: CallOrigins;
  readonly meter: CallMeter;
  readonly directory: Directory;
  readonly connector: Connector;
  readonly userParts: ServedParts;
  /** Changes the pool. Opens and writes nothing before its first change. */
  readonly provisioner: Provisioner;
  /** What a batch is planned with. */
  readonly planning: Planning;
  readonly journal: Pick<Provisioning, "open" | "status" | "budgets" | "refused">;
  /** Undefined: the rates are this instance's own. */
  readonly sharedQuota: SharedQuota | undefined;
  readonly waits: WaitWatch;
  /** Undefined where nothing is read user by user. */
  readonly enrichment: Enrichment | undefined;
}

export interface ComposeOptions {
  readonly config: Config;
  readonly clocks: Clocks;
  readonly log: Logger;
  /** Gets every piece that has to be closed. */
  readonly shutdown: Shutdown;
  readonly telemetry?: Telemetry;
  /** The journal and the audit log. Unless given, this thread writes them: nobody else waits for it. */
  readonly records?: Records;
  /** The inventory that `config.enrich` is read into. */
  readonly enriched?: InventoryPlace | undefined;
  /** Somebody on a terminal waits for what the command reads. */
  readonly personWaits?: boolean;
  /** The inventory whose changes are the feed of events. By default there is no feed. */
  readonly inventory?: InventoryPlace | undefined;
}

/**
 * Builds the program. From top to bottom this is the order of the start; from bottom to top, the order of the end: the
 * running changes, the connections to AWS, the rate limiter. It opens no file, and calls AWS only to learn the account of a
 * shared quota.
 */
export function compose({
  config,
  clocks,
  log,
  shutdown,
  telemetry = NO_TELEMETRY,
  records = openRecords(config, clocks.now),
  enriched,
  personWaits = false,
  inventory,
}: ComposeOptions): Runtime {
  const { poolId, userIdKind } = config;
  const { now, monotonic } = clocks;

  const meter = createCallMeter(monotonic);
  const waits = createWaitWatch(monotonic);

  const origins = createCallOrigins();
  const sharing = openQuotaSharing({ config, monotonic, log, shutdown });
  const throttle = createThrottle({
    rates: config.rates,
    queueSeconds: config.service.maxQueueSeconds,
    ...clocks,
    origin: () => origins.current(),
    shared: sharing?.quota,
    onRestart: ({ category, waiting, silentMs }) =>
      log.warn("no turn came for calls that wait for the limiter: its pacing was started again", {
        category,
        waiting,
        durationMs: Math.round(silentMs),
      }),
    onChange: (change) => logRateChange(change, log),
  });
  shutdown.add("the rate limiter", () => throttle.close());

  const cognito = createCognitoDirectory({
    poolId,
    region: config.region,
    throttle: telemetry.throttle(throttle),
    credentials: { ...config.keys, assumeRole: config.assumeRole },
    endpoint: config.network.endpointUrl,
    insecure: config.service.insecure,
    onForeignHost: (host) =>
      log.warn("the AWS configuration names an endpoint that is not of AWS; requests go there", {
        address: host,
      }),
    fips: config.network.fips,
    dualStack: config.network.dualStack,
    proxy: config.network,
    caBundle: config.network.caBundle,
    httpTimeoutMs: config.network.httpTimeoutMs,
    ...patienceOf(config, personWaits),
    onWait: (event) => waits.observe(event),
    onCall(event) {
      telemetry.awsCall(event);
      meter.count(CATEGORY_OF[event.operation], event.networkCode ?? event.outcome, event.latencyMs);
      logAwsCall(event, log);
    },
  });
  shutdown.add("the connections to AWS", () => cognito.close());
  const accounts = createKnownAccounts();
  const measured = telemetry.directory(cognito);
  const directory = config.provisioning.enabled ? rememberListed(measured, accounts) : measured;
  sharing?.begin(directory);

  const enrichment =
    config.enrich === undefined || enriched === undefined
      ? undefined
      : createEnrichment({
          config,
          enrich: config.enrich,
          place: enriched,
          source: directory,
          ...clocks,
          log,
        });
  if (enrichment !== undefined) {
    shutdown.add("the reading of single users", () => enrichment.close());
  }

  const readAhead = createReadAhead({
    directory,
    origins,
    monotonic,
    onPage: (outcome) => telemetry.pageAhead(outcome),
  });
  shutdown.add("the pages that are read ahead", async () => readAhead.close());

  const userParts = servedParts({ config, now, meter, log });
  const connector = createConnector({
    directory,
    readAhead,
    userListings: () => userParts.listings(),
    onUserPartsRefused: (why) => userParts.refused(why),
    poolId,
    userIdKind,
    now,
    ...(inventory !== undefined && { changes: eventChanges({ place: inventory, poolId, log, shutdown }) }),
    offers: {
      provisioning: config.provisioning.enabled,
      encryptedPasswords: config.clientSecret !== undefined,
    },
    findFacts: enrichment?.findFacts,
    onPoolHidden: () =>
      log.warn(
        "IAM denies cognito-idp:DescribeUserPool: the facts of the pool are left out, such as its name and the login aliases of users",
        { pool: poolId },
      ),
  });

  const changing = { ...directory, ...outdatingWriter(directory, (what) => readAhead.outdated(what)) };
  const provisioning = createProvisioning(config, changing, {
    records,
    now,
    origins,
    accounts,
    requireRoom: () => throttle.requireRoom(),
    onWarning: ({ id, kind }, warning) =>
      log.warn(`a change was made in part: ${warning}`, { change: id, kind }),
    onUnrecorded: (error) => log.failure("a refused call is not in the audit log", error),
  });
  shutdown.add("the running changes", (graceLeftMs) => provisioning.close(graceLeftMs));

  return {
    log,
    throttle,
    sharedQuota: sharing?.quota,
    origins,
    meter,
    directory,
    connector,
    userParts,
    provisioner: provisioning.provisioner,
    planning: provisioning.planning,
    journal: provisioning,
    waits,
    enrichment,
  };
}

const PATIENCE_MS = 120_000;
const PATIENCE_OF_A_PERSON_MS = 20_000;
const ATTEMPTS = 10;
/** About what one more attempt takes, once the pauses have their full length. */
const LATE_ATTEMPT_MS = 5_000;

function patienceOf({ network }: Config, personWaits: boolean) {
  const maxTotalMs = network.patienceMs ?? PATIENCE_MS;
  return {
    retry: {
      maxTotalMs,
      maxAttempts: ATTEMPTS + Math.max(0, Math.ceil((maxTotalMs - PATIENCE_MS) / LATE_ATTEMPT_MS)),
    },
    readPatienceMs: network.patienceMs ?? (personWaits ? PATIENCE_OF_A_PERSON_MS : PATIENCE_MS),
  };
}

function logRateChange(
  { category, currentPerSecond, setPerSecond, throttles }: CategoryStatus,
  log: Logger,
): void {
  const fields = { category, grantedPerSecond: currentPerSecond, throttles };
  if (currentPerSecond < setPerSecond) log.debug("AWS throttles this category: slowing down", fields);
  else log.debug("this category is back at its configured rate", fields);
}

function logAwsCall({ operation, outcome, attempt, requestId, latencyMs }: AwsCallEvent, log: Logger): void {
  log.debug("AWS answered", { operation, outcome, attempt, requestId, durationMs: Math.round(latencyMs) });
}
