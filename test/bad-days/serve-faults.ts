// Puts the faults of a day between the service and the pool, and counts those that were met.

import type { Effects } from "../cognito/faults.ts";
import type { CallRecord } from "../cognito/record.ts";
import { randomOf } from "../support/changing-pool.ts";
import type { CredentialSource, SourceFailure } from "../support/credential-source.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import type { RedisServer } from "../support/redis-server.ts";
import type { Fault, FaultKind, KeyFaultKind, OtherKind, RequestFaultKind } from "./serve-plan.ts";
import { isOfKeys, OTHERS } from "./serve-plan.ts";
import { changeByOthers } from "./serve-pool.ts";
import type { World } from "./serve-world.ts";

/** Longer than `--http-timeout-seconds`. */
const BLACK_HOLE_MS = 1_300;

const EFFECTS: Readonly<Record<RequestFaultKind, Effects>> = {
  "throttling-storm": { throttle: true },
  "quota-eaten-by-sign-ins": { throttle: "TooManyRequestsException" },
  "server-errors": { error: { name: "InternalErrorException", status: 500 } },
  unavailable: { answer: { status: 503, body: "<html>Service Unavailable</html>" } },
  "reset-before": { cut: "before" },
  "reset-mid-body": { cut: "mid-answer" },
  "lost-answer": { cut: "after" },
  "malformed-answer": { malformed: true },
  // It is never carried out: nobody can report one that is carried out after the connector has looked.
  "black-hole": { run: () => new Promise((resolve) => setTimeout(resolve, BLACK_HOLE_MS)), cut: "before" },
  "late-answer": { delayMs: BLACK_HOLE_MS },
  "expired-credentials": {
    error: {
      name: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    },
  },
};

const SOURCE_FAILS: Readonly<Record<KeyFaultKind, SourceFailure>> = {
  "keys-silent": "silent",
  "keys-failing": "error",
  "keys-refused": "refused",
};

export interface Helpers {
  readonly source: CredentialSource | undefined;
  readonly redis: RedisServer | undefined;
  readonly postgres: PostgresServer | undefined;
}

export interface ArmedDay {
  readonly met: ReadonlyMap<FaultKind, number>;
  /** Nothing fails any more. Resolves when what was under way is over. */
  calm(): Promise<void>;
}

const isOther = (kind: FaultKind): kind is OtherKind => OTHERS.some((one) => one === kind);
const isOfRequest = (kind: FaultKind): kind is RequestFaultKind => kind in EFFECTS;
const isWrite = ({ operation }: CallRecord): boolean =>
  /^(Admin(?!Get|List)|(Create|Update|Delete)Group)/.test(operation);

const isAbout: Readonly<Record<Fault["on"], (call: CallRecord) => boolean>> = {
  all: () => true,
  writes: isWrite,
  reads: (call) => !isWrite(call),
  pages: ({ operation }) => operation.startsWith("List"),
};

export function armDay(world: World, { source, redis, postgres }: Helpers): ArmedDay {
  const { day, cognito, pool, service, platform, ledger } = world;
  const random = randomOf(day.seed ^ 0x2545f491);
  const met = new Map<FaultKind, number>();
  const rules: { remove(): void }[] = [];
  const underWay = new Set<Promise<unknown>>();
  const over = Promise.withResolvers<void>();
  let changes = 0;
  /** One at a time: no request need come to the server meanwhile, so its length is a time. */
  let keysFail: Promise<unknown> = Promise.resolve();
  /** One at a time. */
  let restarting: Promise<unknown> = Promise.resolve();

  const count = (kind: FaultKind): void => void met.set(kind, (met.get(kind) ?? 0) + 1);

  /** Not waited for by the request that begins it. */
  function begin(work: Promise<unknown>): void {
    const watched = work
      .catch((error: unknown) => ledger.differences.push(`the runner itself failed: ${String(error)}`))
      .finally(() => underWay.delete(watched));
    underWay.add(watched);
  }

  function ofRequest(fault: Fault, kind: RequestFaultKind): void {
    let hits = 0;
    rules.push(
      cognito.script({
        overall: { from: fault.at },
        when: (call) => {
          if (hits >= fault.requests || call.number < fault.at) return false;
          if (!isAbout[fault.on](call)) return false;
          if (random() >= fault.chance) return false;
          hits += 1;
          count(kind);
          return true;
        },
        ...EFFECTS[kind],
      }),
    );
  }

  /** Until so many more requests have come, or the day is over. */
  async function requestsLater(requests: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = requests;
    const rule = cognito.script({
      run: () => {
        left -= 1;
        if (left <= 0) resolve();
      },
    });
    await Promise.race([promise, over.promise]);
    rule.remove();
  }

  async function failKeys(how: SourceFailure, forMs: number): Promise<void> {
    await source?.fail(how);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, forMs);
    await Promise.race([promise, over.promise]);
    clearTimeout(timer);
    await source?.recover();
  }

  async function play({ kind, requests, chance, on }: Fault, call: CallRecord): Promise<void> {
    if (isOther(kind)) {
      changes += 1;
      if (changeByOthers(pool, kind, chance, changes)) count(kind);
      return;
    }
    if (isOfRequest(kind) || kind === "keys-expired") return;
    if (isOfKeys(kind)) {
      count(kind);
      keysFail = keysFail.then(() => failKeys(SOURCE_FAILS[kind], requests * 100));
      begin(keysFail);
      return;
    }
    switch (kind) {
      case "kill":
        count(kind);
        // The request is on its way: it is carried out, and nobody is there for the answer.
        await service.kill();
        return;
      case "kill-after-answer": {
        count(kind);
        const hold = cognito.hold(
          { when: (one) => one.number > call.number && (on !== "writes" || isWrite(one)), times: 1 },
          "answer",
        );
        begin(
          Promise.race([hold.arrived(), over.promise])
            .then(() => (hold.waiting.length === 0 ? undefined : service.kill()))
            .finally(() => hold.release()),
        );
        return;
      }
      case "kill-between":
        count(kind);
        begin(new Promise((resolve) => setTimeout(resolve, chance * 40)).then(() => service.kill()));
        return;
      case "stop":
        count(kind);
        begin(
          service.stop().then((ended) => {
            if (ended === undefined || ended.code === 0) return undefined;
            return ledger.differences.push(
              `stopped by SIGTERM it ended with ${String(ended.code)}: ${ended.stderr.slice(-400)}`,
            );
          }),
        );
        return;
      case "disk-full":
        count(kind);
        service.limitFiles(Math.floor(chance * 4_096));
        begin(requestsLater(requests).then(() => service.limitFiles(undefined)));
        return;
      case "platform-errors":
        for (let left = requests; left > 0; left -= 1) {
          count(kind);
          platform?.faults.UploadAsset.push({ reset: true });
          platform?.faults.FinishTask.push({ status: 14, message: "not now" });
        }
        return;
      case "redis-killed":
        count(kind);
        restarting = restarting.then(async () => {
          await redis?.kill();
          await requestsLater(requests);
          return await redis?.start();
        });
        begin(restarting);
        return;
      case "redis-flushed":
        count(kind);
        // One that is away has nothing to be emptied.
        begin(redis?.command("FLUSHALL").catch(() => undefined) ?? Promise.resolve());
        return;
      case "redis-paused":
        count(kind);
        redis?.pause();
        begin(requestsLater(requests).then(() => redis?.resume()));
        return;
      case "postgres-restarted":
      case "postgres-crashed":
        count(kind);
        restarting = restarting.then(() =>
          postgres?.restart(kind === "postgres-crashed" ? "immediate" : "fast"),
        );
        begin(restarting);
        return;
    }
  }

  for (const fault of day.faults) {
    const { kind } = fault;
    if (isOfRequest(kind)) ofRequest(fault, kind);
    else rules.push(cognito.script({ overall: fault.at, run: (call) => play(fault, call) }));
  }
  return {
    met,
    async calm() {
      for (const rule of rules) rule.remove();
      over.resolve();
      while (underWay.size > 0) await Promise.all(underWay);
      platform?.faults.FinishTask.splice(0);
      platform?.faults.UploadAsset.splice(0);
      service.limitFiles(undefined);
    },
  };
}
