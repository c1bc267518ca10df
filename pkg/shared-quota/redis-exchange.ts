import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { GovernanceError } from "../core/errors.ts";
import type { Category } from "../core/operations.ts";
import type { RedisSettings } from "../core/redis-settings.ts";
import type { QuotaExchange, QuotaReport } from "../core/shared-quota.ts";
import { isTooOld, parseAnswer } from "./answer.ts";
import { ANSWER_WITHIN_MS, createRedisClient, type RedisClient, wasAnswered } from "./client.ts";
import { questionOf } from "./question.ts";
import { LATE, redisTroubleOf, refusesDatabase } from "./redis-trouble.ts";
import { QUOTA_SCRIPT } from "./script.ts";

export interface RedisExchangeOptions {
  readonly redis: RedisSettings;
  readonly accountId: string;
  readonly region: string;
  readonly poolId: string;
  /** Another one for each instance. */
  readonly instanceId: string;
  /** Why it could not be reached: a code of Redis or of Node.js, no text of the other side. Must not throw. */
  readonly onTrouble: (code: string) => void;
}

const SCRIPT_SHA = createHash("sha1").update(QUOTA_SCRIPT).digest("hex");
/** The end of the process does not wait longer for a goodbye. */
const GOODBYE_MS = 500;
const GOODBYE: QuotaReport = {
  category: "UserList",
  setPerSecond: 1,
  waiting: { writes: 0, others: 0, background: 0 },
  held: 0,
  outcomes: { after: 0, upTo: 0, list: [] },
  sentAtMs: undefined,
  aheadMs: 0,
  knownInstances: 0,
  throttled: false,
  fraction: 1,
  roundTripMs: 0,
  wasAlone: false,
};

/** The instances of one account and Region meet in Redis: one key for each quota category. */
export function createRedisExchange(options: RedisExchangeOptions): QuotaExchange {
  const { redis, accountId, region, onTrouble } = options;
  const client = createRedisClient(redis);
  const reported = new Set<Category>();
  const listeners: ((reachable: boolean) => void)[] = [];

  // The client reports each failure here, and connects again by itself.
  client.on("error", (error: unknown) => {
    tell(error);
    if (refusesDatabase(error)) client.disconnect(true);
    // While no Sentinel answers there is no connection that could close.
    if (client.status !== "ready") announce(false);
  });
  client.on("ready", () => announce(true));
  client.on("close", () => announce(false));
  client.connect().catch(() => undefined);

  function tell(error: unknown): void {
    const trouble = redisTroubleOf(error);
    if (trouble !== undefined) onTrouble(trouble);
  }

  function announce(reachable: boolean): void {
    for (const listener of listeners) listener(reachable);
  }

  function run(report: QuotaReport, leaving: boolean): Promise<unknown> {
    // The braces keep the keys of one category on one node of a cluster.
    const key = `${redis.prefix}:{${accountId}/${region}/${report.category}}`;
    return within(ANSWER_WITHIN_MS, evaluate(client, key, questionOf(options, report, leaving)));
  }

  return {
    async report(report) {
      if (client.status !== "ready") throw away();
      reported.add(report.category);
      try {
        const reply = await run(report, false);
        if (isTooOld(reply)) throw new GovernanceError("deadline-exceeded", "the report was too old");
        const answer = parseAnswer(reply);
        wasAnswered(client);
        return answer;
      } catch (error) {
        tell(error);
        if (error instanceof GovernanceError && error.code === "deadline-exceeded") throw error;
        throw new GovernanceError("unavailable", "the shared quota cannot be reached", { cause: error });
      }
    },
    watch(listener) {
      listeners.push(listener);
      if (client.status === "ready") listener(true);
    },
    async close() {
      if (client.status === "ready") {
        const goodbyes = [...reported].map((category) => run({ ...GOODBYE, category }, true));
        await Promise.race([Promise.allSettled(goodbyes), delay(GOODBYE_MS, undefined, { ref: false })]);
      }
      client.disconnect();
    },
  };
}

/** A Redis that was restarted or failed over does not know the script. */
async function evaluate(
  client: RedisClient,
  key: string,
  values: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(SCRIPT_SHA, 1, key, ...values);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return client.eval(QUOTA_SCRIPT, 1, key, ...values);
  }
}

/** The client has a limit too, but not for what it tries again by itself in a cluster. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = delay(ms, undefined, { signal: over.signal }).then(() => {
    throw new GovernanceError("unavailable", LATE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}

function away(): GovernanceError {
  return new GovernanceError("unavailable", "Redis is not connected");
}
