// Puts the faults of a plan between the program and the pool, and keeps the server's own record of the day.

import type { FaultRule } from "../cognito/faults.ts";
import type { CallRecord } from "../cognito/record.ts";
import type { ScriptedCognito } from "../cognito/server.ts";
import type { Connecting } from "./memory-network.ts";
import { ALL_LASTING, type DayPlan, drawing, type FaultKind, type LastingKind } from "./schedule.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Effect = Pick<FaultRule, "throttle" | "error" | "cut" | "malformed">;

export const EFFECTS: Readonly<Partial<Record<LastingKind, Effect>>> = {
  "throttling-storm": { throttle: true },
  "server-errors": { error: { name: "InternalErrorException", status: 500 } },
  "reset-before": { cut: "before" },
  "reset-mid-body": { cut: "mid-answer" },
  "lost-answer": { cut: "after" },
  "malformed-answer": { malformed: true },
  "expired-credentials": {
    error: {
      name: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    },
  },
  "no-such-user": { error: { name: "UserNotFoundException", message: "User does not exist." } },
  "groups-denied": {
    error: {
      name: "AccessDeniedException",
      message: "not authorized to perform: cognito-idp:AdminListGroupsForUser",
    },
  },
};

/** The operation that meets the fault; otherwise all do. */
const OPERATIONS: Readonly<Partial<Record<LastingKind, string>>> = {
  "no-such-user": "AdminListGroupsForUser",
  "groups-denied": "AdminListGroupsForUser",
};

const CONNECTING: Readonly<Partial<Record<LastingKind, Connecting>>> = {
  "unknown-host": "unknown-host",
  "connection-refused": "refused",
  "no-connection": "never",
};

/** AWS refuses what was signed at another time. */
const MOST_SKEW_MS = 5 * 60_000;
/** Longer than any timeout of the program. */
const BLACK_HOLE_MS = 400_000;

export class FaultRecord {
  readonly #times = new Map<FaultKind, number>();

  add(kind: FaultKind): void {
    this.#times.set(kind, (this.#times.get(kind) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#times].reduce((sum, [kind, times]) => sum + (kind === "change" ? 0 : times), 0);
  }

  get times(): ReadonlyMap<FaultKind, number> {
    return this.#times;
  }
}

export interface FaultyServer {
  /** When calls of each category arrived. */
  readonly arrivals: ReadonlyMap<string, readonly number[]>;
  /** Calls that were answered, or failed. */
  answered(): number;
  /** When the program last sent something, or tried to. */
  lastSignMs(): number;
  /** What becomes of a connection that is made now. */
  connecting(): Connecting;
  /** Whether the disk is full. */
  isFull(): boolean;
}

export function bendServer(
  server: ScriptedCognito,
  { plan, time, met }: { readonly plan: DayPlan; readonly time: VirtualTime; readonly met: FaultRecord },
): FaultyServer {
  // A kind each: how often one is met must not change what another does.
  const draws = new Map(ALL_LASTING.map((kind, at) => [kind, drawing((plan.seed ^ 0x2545f491) + at)]));
  const arrivals = new Map<string, number[]>();
  let lastSignMs = 0;
  let answered = 0;
  let lastFullMs: number | undefined;

  const current = (kind: LastingKind) =>
    plan.lasting.filter(
      (one) => one.kind === kind && one.fromMs <= time.elapsed() && time.elapsed() < one.toMs,
    );

  function isHit(kind: LastingKind): boolean {
    const hit = current(kind).some(({ chance }) => (draws.get(kind)?.random() ?? 1) < chance);
    if (hit) met.add(kind);
    return hit;
  }

  /** The same for all writes of one moment: how many there are depends on the speed of the machine. */
  function isFull(): boolean {
    const { random } = drawing(plan.seed ^ Math.trunc(time.elapsed()));
    const hit = current("full-disk").some(({ chance }) => random() < chance);
    if (hit && lastFullMs !== time.elapsed()) met.add("full-disk");
    if (hit) lastFullMs = time.elapsed();
    return hit;
  }

  const left = new Map<string, { turns: number; atMs: number }>();

  /** A live application uses the quota: what is left for others, in calls a second, follows from the chance. */
  function isEaten(call: CallRecord): boolean {
    const [eaten] = current("quota-eaten");
    if (eaten === undefined) return false;
    const perSecond = plan.ratePerSecond * (1 - eaten.chance * 0.9);
    const { turns, atMs } = left.get(call.category ?? "") ?? { turns: 1, atMs: time.elapsed() };
    const refilled = Math.min(Math.max(1, perSecond), turns + ((time.elapsed() - atMs) / 1000) * perSecond);
    const isRefused = refilled < 1;
    left.set(call.category ?? "", { turns: isRefused ? refilled : refilled - 1, atMs: time.elapsed() });
    if (isRefused) met.add("quota-eaten");
    return isRefused;
  }

  server.script({ shortPage: plan.pageItems });
  for (const { kind } of plan.lasting) {
    const effect = EFFECTS[kind];
    const operation = OPERATIONS[kind];
    const of = operation === undefined ? {} : { operation };
    if (effect !== undefined) server.script({ ...of, when: () => isHit(kind), ...effect });
  }
  server.script({ when: isEaten, throttle: true });
  server.script({
    when: ({ signedMs = 0 }) => Math.abs(signedMs - time.trueWall()) > MOST_SKEW_MS,
    error: { name: "InvalidSignatureException", message: "Signature expired: it was signed at another time" },
  });
  server.script({
    async run(call) {
      lastSignMs = time.elapsed();
      const list = arrivals.get(call.category ?? "") ?? [];
      list.push(lastSignMs);
      arrivals.set(call.category ?? "", list);
      await time.sleep(isHit("black-hole") ? BLACK_HOLE_MS : plan.latencyMs);
      answered += 1;
    },
  });

  return {
    arrivals,
    answered: () => answered,
    lastSignMs: () => lastSignMs,
    connecting() {
      lastSignMs = time.elapsed();
      for (const { kind } of plan.lasting) {
        const fate = CONNECTING[kind];
        if (fate !== undefined && isHit(kind)) return fate;
      }
      return "connects";
    },
    isFull,
  };
}
