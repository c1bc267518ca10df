// Instances of the limiter that share a quota by the script in a real Redis, in virtual time: a minute passes in a second.
import type { Redis } from "ioredis";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { QuotaExchange, QuotaReport } from "../../pkg/core/shared-quota.ts";
import { openScene } from "../../pkg/limiter/callers.fixture.ts";
import { createSharedQuota } from "../../pkg/limiter/shared-quota.ts";
import { isTooOld, parseAnswer } from "../../pkg/shared-quota/answer.ts";
import { ANSWER_WITHIN_MS } from "../../pkg/shared-quota/client.ts";
import { questionOf } from "../../pkg/shared-quota/question.ts";
import { QUOTA_SCRIPT } from "../../pkg/shared-quota/script.ts";

const CLOCK = "redis.call('TIME')";
const SCRIPT = QUOTA_SCRIPT.replace(CLOCK, "{ARGV[19], ARGV[20]}");
const KEY = "quota";
const CLOCK_AT_START = 1_795_000_000_000;

export interface QuotaSimulation {
  /** What a report and its answer take together; 0.7 to 1.3 times as long, by chance. */
  wayMs: number;
  /** When the calls of all instances started, in order. */
  starts(): number[];
  run(untilMs: number): Promise<void>;
  /** Redis has lost all that it knew. */
  flush(): Promise<void>;
  /** Redis is lost to all instances, with each connection. */
  lose(): void;
  /** Redis is there for that instance again. */
  comeBack(instance: number): void;
  close(): void;
}

interface QuotaSimulationOptions {
  readonly instances: number;
  readonly rate: number;
  /** Of each instance; each has one call after the other. */
  readonly callers: number;
  readonly random: () => number;
}

export function simulateQuota(
  redis: Redis,
  { instances, rate, callers, random }: QuotaSimulationOptions,
): QuotaSimulation {
  if (QUOTA_SCRIPT.split(CLOCK).length !== 2) throw new Error("the script reads its clock elsewhere");
  const scene = openScene();
  const { loop } = scene;
  const ways = Array.from({ length: instances }, () => ({
    isOpen: true,
    listeners: new Array<(reachable: boolean) => void>(),
    underWay: new Set<(error: GovernanceError) => void>(),
  }));
  const simulation = { wayMs: 1 };

  async function answered(values: readonly (string | number)[]): Promise<unknown> {
    const clock = loop.now() + CLOCK_AT_START;
    return await redis.eval(
      SCRIPT,
      1,
      KEY,
      ...values,
      Math.floor(clock / 1000),
      Math.round((clock % 1000) * 1000),
    );
  }

  function report(index: number, told: QuotaReport): ReturnType<QuotaExchange["report"]> {
    const way = ways[index];
    const { promise, resolve, reject } =
      Promise.withResolvers<Awaited<ReturnType<QuotaExchange["report"]>>>();
    // Only one category is looked at.
    if (way === undefined || told.category !== "UserList") return promise;
    const isOver = (): boolean => !way.underWay.has(reject);
    const end = (): boolean => way.underWay.delete(reject);
    if (!way.isOpen) {
      reject(away());
      return promise;
    }
    way.underWay.add(reject);
    const halfMs = (simulation.wayMs * (0.7 + 0.6 * random())) / 2;
    loop.at(loop.now() + ANSWER_WITHIN_MS, () => {
      if (end()) reject(away());
    });
    loop.at(loop.now() + halfMs, () => {
      if (!way.isOpen) return;
      const pool = index === 0 ? "one" : "others";
      const work = answered(questionOf({ instanceId: `m${index}`, poolId: pool }, told, false)).then(
        (reply) =>
          loop.at(loop.now() + halfMs, () => {
            if (isOver()) return;
            end();
            if (isTooOld(reply)) reject(new GovernanceError("deadline-exceeded", "the report was too old"));
            else resolve(parseAnswer(reply));
          }),
      );
      work.catch(reject);
      loop.hold(work);
    });
    return promise;
  }

  const starts = ways.map((way, index) => {
    const shared = createSharedQuota({ monotonic: loop.now, random, onChange: () => undefined });
    const throttle = scene.throttleOf({ rates: { UserList: rate }, shared });
    shared.join({
      report: (told) => report(index, told),
      watch: (listener) => {
        way.listeners.push(listener);
        listener(true);
      },
      close: () => Promise.resolve(),
    });
    return scene.keepCalling(throttle, callers, 50);
  });

  return Object.assign(simulation, {
    starts: () => starts.flat().toSorted((a, b) => a - b),
    run: (untilMs: number) => loop.run(untilMs),
    async flush() {
      await redis.del(KEY);
    },
    lose() {
      for (const way of ways) {
        way.isOpen = false;
        for (const reject of way.underWay) reject(away());
        way.underWay.clear();
        for (const listener of way.listeners) listener(false);
      }
    },
    comeBack(instance: number) {
      const way = ways[instance];
      if (way === undefined) return;
      way.isOpen = true;
      for (const listener of way.listeners) listener(true);
    },
    close: () => loop.uninstall(),
  });
}

function away(): GovernanceError {
  return new GovernanceError("unavailable", "Redis is not connected");
}
