import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Config, SharedQuotaSettings } from "../../../pkg/config/config.ts";
import type { MonotonicClock } from "../../../pkg/core/clock.ts";
import type { Directory } from "../../../pkg/core/directory.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import type { SharedQuota, SharingChange } from "../../../pkg/core/shared-quota.ts";
import { createSharedQuota } from "../../../pkg/limiter/shared-quota.ts";
import type { Logger } from "../../../pkg/ops/logger.ts";
import type { Shutdown } from "../../../pkg/ops/shutdown.ts";
import { describeTrouble } from "../../../pkg/shared-quota/redis-trouble.ts";

/** The quota that this instance shares with others, as it is now. */
export interface QuotaSharing {
  readonly quota: SharedQuota;
  /** From here on it may ask the pool for its account. Does not wait. */
  begin(directory: Pick<Directory, "describePool">): void;
}

interface SharingOptions {
  readonly config: Config;
  readonly monotonic: MonotonicClock;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

const ASK_AGAIN_MS = 60_000;
const NO_CONNECTION = "no connection";

/** Undefined unless a Redis is named; then nothing of it is loaded either. */
export function openQuotaSharing({
  config,
  monotonic,
  log,
  shutdown,
}: SharingOptions): QuotaSharing | undefined {
  const { sharedQuota: settings } = config;
  if (settings === undefined) return undefined;
  let trouble = NO_CONNECTION;
  const quota = createSharedQuota({
    monotonic,
    random: Math.random,
    onChange(change) {
      logChange(change, trouble, log);
      if (change.kind === "joined") trouble = NO_CONNECTION;
    },
  });
  const end = new AbortController();
  shutdown.add("the shared quota", async () => {
    end.abort();
    await quota.close();
  });

  const join = async (accountId: string): Promise<void> => {
    const { createRedisExchange } = await import("../../../pkg/shared-quota/redis-exchange.ts");
    if (end.signal.aborted) return;
    quota.join(
      createRedisExchange({
        redis: settings.redis,
        accountId,
        region: config.region,
        poolId: config.poolId,
        instanceId: randomUUID(),
        onTrouble: (code) => {
          trouble = code;
        },
      }),
    );
  };

  return {
    quota,
    begin(directory) {
      accountOf(settings, directory, log, end.signal)
        .then(join)
        .catch((error: unknown) => {
          if (!end.signal.aborted) log.failure("the quota is not shared", error);
        });
    },
  };
}

/** Asks until it is known: an instance that does not know it keeps to a tenth of each rate. */
async function accountOf(
  settings: SharedQuotaSettings,
  directory: Pick<Directory, "describePool">,
  log: Logger,
  signal: AbortSignal,
): Promise<string> {
  if (settings.accountId !== undefined) return settings.accountId;
  for (let isLogged = false; ; isLogged = true) {
    try {
      const account = (await directory.describePool(signal)).arn?.split(":")[4];
      if (account !== undefined && /^\d{12}$/.test(account)) return account;
      throw new GovernanceError("unavailable", "the pool has no ARN with an account");
    } catch (error) {
      if (signal.aborted) throw error;
      if (!isLogged) {
        log.failure(
          "the quota is not shared yet, since the account of the pool is not known: name it in aws-account-id",
          error,
        );
      }
    }
    await delay(ASK_AGAIN_MS, undefined, { signal, ref: false });
  }
}

function logChange(change: SharingChange, trouble: string, log: Logger): void {
  switch (change.kind) {
    case "joined":
      log.info("the quota is shared with all instances", { instances: change.instances });
      return;
    case "lost":
      log.warn(
        change.silent
          ? "the quota is not shared: Redis answers, but gives no turns in time although calls wait; this instance uses its part of each rate until it does"
          : `the quota is not shared: Redis cannot be asked (${describeTrouble(trouble)}); this instance uses its part of each rate until it can`,
        { instances: change.instances },
      );
      return;
    case "lower-rate":
      log.warn("another instance has a lower rate set, which holds for all of them", {
        category: change.category,
        grantedPerSecond: change.perSecond,
      });
  }
}
