// One bad day of `connector sync`, in this process and in virtual time.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ComposingContext } from "../../cmd/connector/cli/with-runtime.ts";
import type { Pool } from "../cognito/pool.ts";
import { startScriptedCognito } from "../cognito/server.ts";
import { type Disk, watchDisk } from "./disk.ts";
import { bendServer, FaultRecord, type FaultyServer } from "./faults.ts";
import { groupKey, type History, recordHistory } from "./history.ts";
import { installMemoryNetwork } from "./memory-network.ts";
import { changePool, DAY_POOL, leavePool, poolOfDay, withLackingSearch } from "./pool-of-day.ts";
import { type ProcessResult, runInside, type SeededChance, seedChance } from "./process.ts";
import { judgeRates } from "./rates-kept.ts";
import { type DayPlan, HOUR_MS, type Kill } from "./schedule.ts";
import { TargetsOfDay } from "./targets-of-day.ts";
import { installVirtualTime, NoEnd, type VirtualTime } from "./virtual-time.ts";

/** A defect that the runner puts into the program, to prove that it notices it. */
export interface Planted {
  readonly compose?: ComposingContext["compose"];
  /** More arguments of each process. */
  readonly args?: readonly string[];
  readonly install?: () => void;
  readonly uninstall?: () => void;
}

export interface DayReport {
  /** Promises that were broken. */
  readonly broken: readonly string[];
  readonly met: FaultRecord;
  readonly finished: number;
  readonly unfinished: number;
  readonly resumed: number;
  readonly calls: number;
  /** What each process came to, in plain lines. */
  readonly story: readonly string[];
}

const ROOM = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
/** Far more than the faults of any plan use up. */
const MOST_PROCESSES = 40;
const LONGEST_PROCESS_MS = 6 * HOUR_MS;
/**
 * The longest time without a request: an attempt without a byte for 30 seconds, a pause of 20 and the slowest turn of 5, with a margin. What
 * takes longer is a hang.
 */
const LONGEST_SILENCE_MS = 60_000;
const REFUSED_BY_GUARD = 21;
const MANY = 1_000;
const CALM_DAY: DayPlan = {
  seed: 0,
  users: 3,
  groups: 1,
  memberChance: 1,
  pageItems: 2,
  ratePerSecond: 30,
  latencyMs: 1,
  targets: "both",
  shards: 1,
  readMembers: "auto",
  estimatedUsers: undefined,
  oddSubs: 0,
  searchLacks: undefined,
  leaving: 0,
  madeAgain: [],
  syncs: 1,
  lasting: [],
  sudden: [],
  changes: [],
  kills: [],
  restsMs: [],
};

/** The first day of a process loads code, which takes real time. */
let isWarm = false;

export async function syncDay(plan: DayPlan, planted: Planted = {}): Promise<DayReport> {
  if (!isWarm) {
    isWarm = true;
    await syncDay(CALM_DAY);
  }

  const parent = mkdtempSync(join(ROOM, "bad-day-"));
  const folder = join(parent, "state");
  mkdirSync(folder);
  const time = installVirtualTime();
  const ids = seedChance(plan.seed, time.elapsed);
  const met = new FaultRecord();
  const pool = poolOfDay(plan, plan);
  if (plan.searchLacks !== undefined) withLackingSearch(pool, plan.searchLacks);
  const server = await startScriptedCognito({ pools: [pool], clock: time.trueWall });
  const history = recordHistory(pool, time.elapsed);
  const faulty = bendServer(server, { plan, time, met });
  const network = installMemoryNetwork({
    accept: (socket) => server.accept(socket),
    connecting: () => faulty.connecting(),
  });
  const quit = { now: new AbortController(), answeredBefore: 0 };
  const disk = watchDisk({
    folder,
    aside: join(parent, "as-killed"),
    isFull: () => faulty.isFull(),
    calls: () => faulty.answered() - quit.answeredBefore,
    onKill: () => quit.now.abort(new Error("killed")),
  });
  planted.install?.();
  const day = new Day({ plan, planted, time, ids, met, history, pool, faulty, disk, folder, quit });
  try {
    plan.changes.forEach((change, number) => {
      time.at(change.atMs, () => {
        if (changePool({ pool, history, nowMs: time.trueWall() }, change, number)) met.add("change");
      });
    });
    for (const { kind, atMs, byMs } of plan.sudden) {
      time.at(atMs, () => {
        if (kind === "network-cut") network.cutAll();
        if (kind === "clock-forward" || kind === "clock-back")
          time.stepWall(kind === "clock-back" ? -byMs : byMs);
        if (kind === "second-sync") day.secondSync();
        else met.add(kind);
      });
    }
    await day.happen();
    return day.report(server.stats.count());
  } finally {
    planted.uninstall?.();
    disk.uninstall();
    network.uninstall();
    ids.uninstall();
    time.uninstall();
    await server.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

interface DayParts {
  readonly plan: DayPlan;
  readonly planted: Planted;
  readonly time: VirtualTime;
  readonly ids: SeededChance;
  readonly met: FaultRecord;
  readonly history: History;
  readonly pool: Pool;
  readonly faulty: FaultyServer;
  readonly disk: Disk;
  readonly folder: string;
  /** Ends the process that runs now. */
  readonly quit: { now: AbortController; answeredBefore: number };
}

class Day {
  readonly #parts: DayParts;
  readonly #targets: TargetsOfDay;
  readonly #broken: string[] = [];
  readonly #story: string[] = [];
  readonly #starts: number[] = [];
  /** Before which process, counted from 0. */
  readonly #madeAgain: { readonly group: string; readonly process: number }[] = [];
  /** The number of the last process to which AWS answered; a run that is whole is published without. */
  #lastReading = 0;
  #cut = 0;
  #finished = 0;
  #unfinished = 0;
  #resumed = 0;
  #isRunning = false;

  constructor(parts: DayParts) {
    this.#parts = parts;
    this.#targets = new TargetsOfDay(parts);
  }

  report(calls: number): DayReport {
    const rates = judgeRates(this.#parts.faulty.arrivals, this.#parts.plan.ratePerSecond, this.#starts);
    return {
      broken: [...this.#broken, ...rates],
      met: this.#parts.met,
      finished: this.#finished,
      unfinished: this.#unfinished,
      resumed: this.#resumed,
      calls,
      story: this.#story,
    };
  }

  async happen(): Promise<void> {
    const { plan, time, met } = this.#parts;
    let acceptsShrink = false;
    for (let process = 0; this.#finished < plan.syncs; process += 1) {
      if (process >= MOST_PROCESSES) {
        this.#broken.push(
          `${plan.syncs - this.#finished} syncs are not finished after ${MOST_PROCESSES} processes`,
        );
        return;
      }
      const code = await this.#process(plan.kills[process], acceptsShrink);
      acceptsShrink = code === REFUSED_BY_GUARD;
      const rest = plan.restsMs[process] ?? 30_000;
      if (code !== 0 && rest > HOUR_MS) met.add("long-rest");
      this.#changeAtRest(code);
      await time.drive(time.sleep(rest), Number.POSITIVE_INFINITY);
    }
  }

  /** No process runs now. */
  #changeAtRest(code: number | undefined): void {
    const { plan, pool, history, time, met } = this.#parts;
    if (code === 0 && this.#finished === 1 && plan.leaving > 0) {
      leavePool({ pool, history }, plan.leaving);
      met.add("most-leave");
    }
    if (code === 0) return;
    const changes = plan.madeAgain[this.#cut] ?? [];
    this.#cut += 1;
    changes.forEach((change, at) => {
      const before = new Map(pool.groups(-1, MANY).items.map((one) => [one.name, one]));
      const number = 1_000 * this.#cut + at;
      if (!changePool({ pool, history, nowMs: time.trueWall() }, change, number)) return;
      met.add("made-again");
      for (const { name, createdMs } of pool.groups(-1, MANY).items)
        if (before.get(name)?.createdMs !== createdMs)
          this.#madeAgain.push({ group: groupKey(name), process: this.#starts.length });
    });
  }

  /** Of each group that was made again before a process that read, when the next process began. */
  #readAgain(): ReadonlyMap<string, number> {
    const known = this.#madeAgain.filter(({ process }) => process < this.#lastReading);
    return new Map(known.map(({ group, process }) => [group, this.#starts[process] ?? 0]));
  }

  #args(more: readonly string[]): readonly string[] {
    const { folder, plan, planted } = this.#parts;
    return [
      "sync",
      ...this.#targets.flags,
      "--user-pool-id",
      DAY_POOL,
      "--endpoint-url",
      "http://localhost:1",
      "--state-dir",
      join(folder, "state"),
      "--rate",
      String(plan.ratePerSecond),
      "--output",
      "json",
      "--read-members",
      plan.readMembers,
      ...(plan.shards > 1 ? ["--list-shards", String(plan.shards)] : []),
      ...(planted.args ?? []),
      ...more,
    ];
  }

  /** Returns the exit code, and undefined if it was killed. */
  async #process(kill: Kill | undefined, acceptsShrink: boolean): Promise<number | undefined> {
    const { time, disk, faulty, met, planted, folder, quit } = this.#parts;
    const startedMs = time.elapsed();
    const faultsBefore = met.total;
    this.#starts.push(startedMs);
    quit.now = new AbortController();
    quit.answeredBefore = faulty.answered();
    disk.begin(kill);
    this.#isRunning = true;
    const setup = { time, folder, signal: quit.now.signal, compose: planted.compose };
    const work = runInside(this.#args(acceptsShrink ? ["--accept-shrink"] : []), setup);
    let result: ProcessResult | undefined;
    try {
      const ended = Promise.withResolvers<never>();
      const watch = setInterval(() => {
        const silentMs = time.elapsed() - Math.max(startedMs, faulty.lastSignMs());
        if (silentMs > LONGEST_SILENCE_MS)
          ended.reject(new NoEnd(`nothing was sent for ${silentMs / 1000} s`));
      }, 1_000);
      result = await time
        .drive(Promise.race([work, ended.promise]), LONGEST_PROCESS_MS)
        .finally(() => clearInterval(watch));
    } catch (error) {
      if (!(error instanceof NoEnd)) throw error;
      this.#broken.push(`process ${this.#starts.length} hangs: ${error.message}`);
      quit.now.abort(error);
      await time.drive(work, LONGEST_PROCESS_MS).catch(() => undefined);
    }
    this.#isRunning = false;
    const isKilled = disk.isKilled;
    if (isKilled) {
      met.add("kill");
      disk.leaveAsKilled();
    }
    this.#tell(isKilled ? undefined : result, startedMs);
    disk.begin(undefined);
    if (faulty.answered() > quit.answeredBefore) this.#lastReading = this.#starts.length;
    const how = { summary: result?.stdout ?? "", acceptsShrink, madeAgain: this.#readAgain() };
    const { published, broken } = await time.drive(
      time.still(() => disk.aside(() => this.#targets.judge(how))),
      1,
    );
    this.#broken.push(...broken);
    if (!isKilled && result !== undefined)
      this.#judgeResult(result, { published, isFaultless: met.total === faultsBefore });
    return isKilled ? undefined : (result?.code ?? 1);
  }

  #tell(result: ProcessResult | undefined, startedMs: number): void {
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    const end =
      result === undefined
        ? `killed before ${this.#parts.disk.killedAt}`
        : `exit ${result.code}${causeIn(result)
            .replaceAll(`${this.#parts.folder}/`, "")
            .replaceAll(/\.work-[0-9a-f]{12}/gu, ".work")}`;
    this.#story.push(`${seconds(startedMs)} s to ${seconds(this.#parts.time.elapsed())} s: ${end}`);
  }

  #judgeResult(
    result: ProcessResult,
    { published, isFaultless }: { readonly published: number; readonly isFaultless: boolean },
  ): void {
    const { code, stdout } = result;
    if (code === 0) {
      this.#finished += 1;
      if (published === 0) this.#broken.push("a sync says that it published, and no target has a new run");
      if (/"resumed":\s*true/u.test(stdout)) this.#resumed += 1;
      return;
    }
    this.#unfinished += 1;
    const cause = causeIn(result);
    if (cause.length < 10) this.#broken.push(`a sync ends with ${code} and names no cause: ${result.stderr}`);
    if (code === 13 || code === 2)
      this.#broken.push(`a sync ends with ${code}, which no fault explains${cause}`);
    if (isFaultless && code !== REFUSED_BY_GUARD)
      this.#broken.push(`a sync ends with ${code} and met no fault${cause}`);
  }

  /** Another process tries the same targets. */
  secondSync(): void {
    const { time, folder, met, faulty, planted } = this.#parts;
    const own = this.#starts.at(-1) ?? 0;
    if (!this.#isRunning || faulty.lastSignMs() <= own) return;
    met.add("second-sync");
    void this.#beside(
      runInside(this.#args([]), {
        time,
        folder,
        signal: new AbortController().signal,
        compose: planted.compose,
      }),
    );
  }

  async #beside(second: Promise<ProcessResult>): Promise<void> {
    const first = this.#starts.length;
    const { code, stderr } = await second;
    const isBeside = this.#isRunning && this.#starts.length === first;
    if (isBeside && !(code === 9 && /another sync/u.test(stderr)))
      this.#broken.push(`a second sync of the same target ends with ${code}: ${stderr}`);
  }
}

/** The log is JSON: its last line has the failure. */
function causeIn({ code, stderr }: ProcessResult): string {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  if (code === 0) return "";
  return `: ${/"error":"((?:[^"\\]|\\.)*)"/u.exec(last)?.[1] ?? last}`;
}
