// In how many parts callers over gRPC get the users, and when they get them by one listing all the same (D30).
import type { Config } from "../../../pkg/config/config.ts";
import type { EpochClock, EpochMs } from "../../../pkg/core/clock.ts";
import { shardsFor } from "../../../pkg/core/user-shards.ts";
import type { Logger } from "../../../pkg/ops/logger.ts";
import type { CallMeter } from "../../../pkg/ops/metrics/call-meter.ts";
import { wholeListing } from "./whole-listing.ts";

export interface ServedParts {
  /** Asked when a caller begins to list the users of a large pool. */
  listings(): number;
  /** The parts are not all users. */
  refused(why: string): void;
  areRefused(): boolean;
}

interface ServedPartsOptions {
  readonly config: Pick<Config, "poolId" | "stateDir"> & {
    readonly rates: Pick<Config["rates"], "UserList">;
    readonly sync: Pick<Config["sync"], "listShards">;
  };
  readonly now: EpochClock;
  readonly meter: Pick<CallMeter, "latencyMs">;
  readonly log: Pick<Logger, "info" | "warn" | "failure">;
}

/** A page does not say which listings of which callers it belongs to: so long every listing that begins is one listing. */
const WHOLE_FOR_MS = 24 * 3_600_000;

export function servedParts({ config, now, meter, log }: ServedPartsOptions): ServedParts {
  const { listShards } = config.sync;
  const whole = wholeListing(config.stateDir, `${config.poolId}.grpc`);
  let wholeUntilMs: EpochMs | undefined;
  let areRefused = false;

  function isWholeDue(): boolean {
    const nowMs = now();
    if (!whole.isDue(nowMs)) return false;
    if (wholeUntilMs === undefined) {
      wholeUntilMs = nowMs + WHOLE_FOR_MS;
      log.info(
        "the users are listed as one for a day, although list-shards is set: that is due once a week over gRPC",
      );
    }
    if (nowMs < wholeUntilMs) return true;
    wholeUntilMs = undefined;
    whole.note(nowMs);
    return false;
  }

  return {
    listings() {
      const listings = shardsFor(listShards, {
        perSecond: config.rates.UserList,
        latencyMs: meter.latencyMs(),
      });
      if (listings === 1) return 1;
      try {
        return isWholeDue() ? 1 : listings;
      } catch (error) {
        log.failure("the users are listed as one: when that was last done is not known", error);
        return 1;
      }
    },
    refused(why) {
      areRefused = true;
      if (listShards === 1) return;
      log.warn(
        `the users are listed as one from now on, although list-shards is set: the parts are not all users, since ${why}`,
      );
      try {
        // Another process begins with all users too.
        whole.note(0);
      } catch (error) {
        log.failure("the next process may list the users in parts again", error);
      }
    },
    areRefused: () => areRefused,
  };
}
