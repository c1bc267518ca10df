// Instances of the connector's limiter that share a quota in a real Redis, in one process. Each has its own connection.
import { randomUUID } from "node:crypto";
import { systemClocks } from "../../pkg/core/clock.ts";
import type { Category, Operation } from "../../pkg/core/operations.ts";
import type { RedisSettings } from "../../pkg/core/redis-settings.ts";
import type { SharedQuota, SharingChange, SharingStatus } from "../../pkg/core/shared-quota.ts";
import type { Priority } from "../../pkg/core/throttle.ts";
import { createSharedQuota } from "../../pkg/limiter/shared-quota.ts";
import { createThrottle, type QuotaThrottle } from "../../pkg/limiter/throttle.ts";
import { createRedisExchange } from "../../pkg/shared-quota/redis-exchange.ts";

export interface SharingInstance {
  readonly shared: SharedQuota;
  readonly throttle: QuotaThrottle;
  readonly changes: readonly SharingChange[];
  readonly troubles: readonly string[];
  /** When each of its calls started. */
  readonly starts: readonly number[];
  /** Failures of `acquire`; there must be none. */
  readonly failures: readonly unknown[];
  status(category?: Category): SharingStatus;
  /** Keeps so many calls of `latencyMs` each going until it is closed. */
  keepCalling(callers: number, latencyMs: number, operation?: Operation, priority?: Priority): void;
  close(): Promise<void>;
}

export const redisAt = (port: number, more: Partial<RedisSettings> = {}): RedisSettings => ({
  kind: "single",
  addresses: [{ kind: "tcp", host: "127.0.0.1", port }],
  masterName: "",
  database: 0,
  username: undefined,
  password: undefined,
  sentinelPassword: undefined,
  tls: false,
  caBundle: undefined,
  prefix: "test",
  ...more,
});

export function openInstance(
  redis: RedisSettings,
  { rate = 5, poolId = "eu-west-1_shared" }: { readonly rate?: number; readonly poolId?: string } = {},
): SharingInstance {
  const changes: SharingChange[] = [];
  const troubles: string[] = [];
  const starts: number[] = [];
  const failures: unknown[] = [];
  const end = new AbortController();
  const shared = createSharedQuota({
    monotonic: systemClocks.monotonic,
    random: Math.random,
    onChange: (change) => void changes.push(change),
  });
  const throttle = createThrottle({
    rates: { UserList: rate, UserUpdate: rate },
    ...systemClocks,
    shared,
  });
  shared.join(
    createRedisExchange({
      redis,
      accountId: "123456789012",
      region: "eu-west-1",
      poolId,
      instanceId: randomUUID(),
      onTrouble: (code) => void troubles.push(code),
    }),
  );
  return {
    shared,
    throttle,
    changes,
    troubles,
    starts,
    failures,
    status(category = "UserList") {
      const status = shared.status().find((entry) => entry.category === category);
      if (status === undefined) throw new Error(`no status of ${category}`);
      return status;
    },
    keepCalling(callers, latencyMs, operation = "ListUsers", priority = "sync") {
      const call = async (): Promise<void> => {
        while (!end.signal.aborted) {
          await throttle.acquire(operation, priority, end.signal);
          starts.push(systemClocks.monotonic());
          await new Promise((resolve) => setTimeout(resolve, latencyMs));
        }
      };
      for (let caller = 0; caller < callers; caller += 1) {
        call().catch((error: unknown) => {
          if (!end.signal.aborted) failures.push(error);
        });
      }
    },
    async close() {
      end.abort();
      await throttle.close();
      await shared.close();
    },
  };
}
