import type { EpochClock, EpochMs, MonotonicClock, MonotonicMs } from "../../core/clock.ts";
import { createSingleFlight } from "../../core/single-flight.ts";
import { ScimError } from "../scim-error.ts";
import type { ListInventory, ListRun } from "./list-inventory.ts";
import type { ListRecords } from "./list-records.ts";
import { ListState } from "./list-state.ts";
import { knownUntil, RunIndex, readSegments } from "./run-index.ts";
import { SizedCache } from "./sized-cache.ts";

/** Until the first run is published. */
const FIRST_RUN_SECONDS = 30;
/** The file of the inventory is looked at this often. */
const LOOK_MS = 1_000;
const STATES = 32;

export interface RunsOptions {
  /** Rejects with reason `no-inventory` before the first run is complete. */
  readonly open: (signal: AbortSignal) => Promise<ListInventory>;
  readonly records: ListRecords;
  readonly now: EpochClock;
  readonly monotonic: MonotonicClock;
}

/** The runs of the inventory that lists are of: the newest one, and earlier ones of pages that are under way. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #opening = createSingleFlight<ListInventory>();
  readonly #building = createSingleFlight<RunIndex>();
  readonly #indexes = new Map<number, RunIndex>();
  readonly #states = new SizedCache<ListState>(STATES);
  #inventory: ListInventory | undefined;
  #newest: RunIndex | undefined;
  #version: number | undefined;
  #lookedAt: MonotonicMs | undefined;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** The newest run, and all that this program has changed until now. 503 before the first run. */
  async current(signal: AbortSignal): Promise<ListState> {
    const inventory = await this.#opened(signal);
    const index = await this.#newestIndex(inventory, signal);
    return this.#state(index, index.readWrites());
  }

  /** An earlier state; undefined where it cannot be read any more. */
  async earlier({ run, seq }: { readonly run: number; readonly seq: number }, signal: AbortSignal) {
    const inventory = await this.#opened(signal);
    const known = this.#indexes.get(run);
    const found = known?.run ?? inventory.run(run);
    if (found === undefined) return undefined;
    const until = known?.knownUntil ?? knownUntil(found, this.#options.now());
    // While an index knows no time, nothing that it needs is dropped.
    const isDropped = (known === undefined || until > 0) && until < this.#options.records.settledUntil();
    if (isDropped) return undefined;
    const index = known ?? (await this.#indexOf(inventory, found, signal));
    index.readWrites();
    return this.#state(index, seq);
  }

  /** Forgets the runs that nobody reads any more. Returns up to when writes are in every run that is left. */
  forget(used: ReadonlySet<number>): EpochMs | undefined {
    const newest = this.#newest?.run.run;
    const [before] = [...this.#indexes.keys()].filter((run) => run !== newest).toSorted((a, b) => b - a);
    for (const run of this.#indexes.keys()) {
      if (run !== newest && run !== before && !used.has(run)) this.#indexes.delete(run);
    }
    const left = [...this.#indexes.values()].map((index) => index.knownUntil);
    return left.length === 0 ? undefined : Math.min(...left);
  }

  get inventory(): ListInventory | undefined {
    return this.#inventory;
  }

  close(): void {
    this.#inventory?.close();
    this.#inventory = undefined;
  }

  async #opened(signal: AbortSignal): Promise<ListInventory> {
    const now = this.#options.monotonic();
    if (
      this.#inventory !== undefined &&
      now - (this.#lookedAt ?? now) > LOOK_MS &&
      !this.#inventory.isCurrent()
    ) {
      this.#startAgain();
    }
    if (this.#lookedAt === undefined || now - this.#lookedAt > LOOK_MS) this.#lookedAt = now;
    this.#inventory ??= await this.#opening.run("", this.#options.open, signal);
    return this.#inventory;
  }

  /** Another file is in the place of the inventory. */
  #startAgain(): void {
    this.close();
    this.#indexes.clear();
    this.#newest = undefined;
    this.#version = undefined;
  }

  async #newestIndex(inventory: ListInventory, signal: AbortSignal): Promise<RunIndex> {
    const version = inventory.version();
    const newest = this.#newest;
    if (newest !== undefined && version === this.#version) return newest;
    const run = inventory.newestRun();
    if (run === undefined) throw noRunYet();
    if (newest?.run.run === run.run) {
      this.#version = version;
      return newest;
    }
    const built = this.#indexOf(inventory, run, signal).then((index) => {
      if ((this.#newest?.run.run ?? 0) < index.run.run) this.#newest = index;
      return index;
    });
    if (newest === undefined) return await built;
    // The run before is shown until the new one can be.
    built.catch(() => undefined);
    return newest;
  }

  async #indexOf(inventory: ListInventory, run: ListRun, signal: AbortSignal): Promise<RunIndex> {
    const build = async (): Promise<RunIndex> => {
      for (;;) {
        const { records, now, monotonic } = this.#options;
        const segments = await readSegments(inventory, run, monotonic);
        if (segments === undefined) continue;
        const index = new RunIndex(run, { segments, inventory, records, nowMs: now() });
        this.#indexes.set(run.run, index);
        return index;
      }
    };
    return this.#indexes.get(run.run) ?? (await this.#building.run(String(run.run), build, signal));
  }

  #state(index: RunIndex, seq: number): ListState {
    const key = `${index.run.run}.${seq}`;
    const known = this.#states.get(key);
    if (known?.index === index) return known;
    const inventory = this.#inventory;
    if (inventory === undefined) throw noRunYet();
    const state = new ListState(index, seq, inventory, this.#options.records);
    this.#states.set(key, state, 1);
    return state;
  }
}

export function noRunYet(): ScimError {
  return new ScimError(503, "lists answer once the pool has been read for the first time: try again later", {
    retryAfterSeconds: FIRST_RUN_SECONDS,
  });
}
