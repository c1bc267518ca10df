/** Quota categories: all pools of an account in a Region share each. Requests per second, AWS's defaults. */
export const awsRates = {
  UserList: 30,
  UserRead: 120,
  UserResourceRead: 50,
  UserCreation: 50,
  UserUpdate: 25,
  UserAccountRecovery: 30,
  UserResourceUpdate: 25,
  UserPoolRead: 15,
  UserPoolResourceRead: 20,
  UserPoolResourceUpdate: 15,
} as const;

export type Category = keyof typeof awsRates;

export const categories: readonly Category[] = Object.keys(awsRates).filter(
  (name): name is Category => name in awsRates,
);

/** Which limits are enforced. A category that is left out is unlimited. */
export interface RateOptions {
  readonly perSecond: Partial<Record<Category, number>>;
  /** Per pool and operation within the two UserPoolResource categories; AWS has 5. */
  readonly perPoolOperation?: number;
  /** Per user name, reads and writes apart; AWS has 10. */
  readonly perUser?: number;
  /** "bucket" refills evenly and lets a second's worth through at once; "second" counts calendar seconds. */
  readonly mode?: "bucket" | "second";
}

/** AWS's own quotas, all of them. */
export const awsQuotas: RateOptions = { perSecond: awsRates, perPoolOperation: 5, perUser: 10 };

export interface RateSubject {
  readonly category: Category;
  readonly operation: string;
  readonly poolId: string;
  readonly username: string | undefined;
  readonly writes: boolean;
}

export interface RateGate {
  /** Whether the call is within every limit; only then it counts against them. */
  admit(subject: RateSubject, nowMs: number): boolean;
}

interface Meter {
  level: number;
  atMs: number;
}

const capped: ReadonlySet<Category> = new Set(["UserPoolResourceRead", "UserPoolResourceUpdate"]);

export function createRateGate(options: RateOptions): RateGate {
  const meters = new Map<string, Meter>();

  /** Room left in a meter, refilled up to now. */
  function refilled(key: string, perSecond: number, nowMs: number): Meter {
    const meter = meters.get(key) ?? { level: perSecond, atMs: nowMs };
    if (options.mode === "second") {
      if (Math.floor(nowMs / 1000) !== Math.floor(meter.atMs / 1000)) meter.level = perSecond;
    } else {
      meter.level = Math.min(perSecond, meter.level + ((nowMs - meter.atMs) / 1000) * perSecond);
    }
    meter.atMs = nowMs;
    meters.set(key, meter);
    return meter;
  }

  function limits(subject: RateSubject): [key: string, perSecond: number | undefined][] {
    return [
      [subject.category, options.perSecond[subject.category]],
      [
        `${subject.poolId} ${subject.operation}`,
        capped.has(subject.category) ? options.perPoolOperation : undefined,
      ],
      [
        `${subject.poolId} ${subject.writes ? "write" : "read"} user ${subject.username}`,
        subject.username === undefined ? undefined : options.perUser,
      ],
    ];
  }

  return {
    admit(subject, nowMs) {
      const touched: Meter[] = [];
      for (const [key, perSecond] of limits(subject)) {
        if (perSecond !== undefined) touched.push(refilled(key, perSecond, nowMs));
      }
      // Rounding of the refill must not refuse a caller that is exactly at the rate.
      if (touched.some((meter) => meter.level < 1 - 1e-6)) return false;
      for (const meter of touched) meter.level -= 1;
      return true;
    },
  };
}

export interface GrantedRate {
  readonly calls: number;
  readonly maxInOneSecond: number;
  readonly maxInTenSeconds: number;
  /** Calls per second between the first and the last start; 0 with fewer than two calls. */
  readonly usedPerSecond: number;
}

/** The most starts within any half-open window of the length. `startsMs` ascends. */
export function busiestWindow(startsMs: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [at, start] of startsMs.entries()) {
    while ((startsMs[first] ?? start) <= start - windowMs) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

/** What a series of call starts says about the rate that the client really used. */
export function grantedRate(startsMs: readonly number[]): GrantedRate {
  const spanMs = (startsMs.at(-1) ?? 0) - (startsMs[0] ?? 0);
  return {
    calls: startsMs.length,
    maxInOneSecond: busiestWindow(startsMs, 1_000),
    maxInTenSeconds: busiestWindow(startsMs, 10_000),
    usedPerSecond: spanMs > 0 ? ((startsMs.length - 1) * 1000) / spanMs : 0,
  };
}
