// One sync, one file: the run is read into a working database and becomes the new `.c1z` when it is whole.
// Guarantees STORE-1 to STORE-11 are in DESIGN.md.

import { type Stats, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { ListingCursor } from "../core/sync-plan.ts";
import type { ResourceType } from "../protocol/messages.ts";
import { onDisk, storeError } from "./errors.ts";
import { lockTarget, type TargetLock } from "./lock.ts";
import { removeDatabase, type SyncPaths, syncPaths } from "./paths.ts";
import { ksuid } from "./publish/ksuid.ts";
import { openPrevious, type PreviousFile } from "./publish/previous-file.ts";
import { type Published, publishRun, refuseUnread, removeLeftovers } from "./publish/publish.ts";
import type { RunCounts } from "./publish/shrink-guard.ts";
import type { Fingerprint } from "./run/fingerprint.ts";
import { type RunPage, RunRows } from "./run/run-rows.ts";
import { type RunState, readRun } from "./run/run-state.ts";
import { openWorkFile, type WorkFile } from "./run/work-file.ts";

export interface SyncFileOptions {
  /** The `.c1z` to publish to. */
  readonly file: string;
  /** For the working database and the temporary ones; created when it is missing. */
  readonly stateDir: string;
  readonly fingerprint: Fingerprint;
  /** Recorded with the run, for whoever reads the file. */
  readonly connectorVersion: string;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  readonly randomBytes: (size: number) => Uint8Array;
  /** An unfinished run older than this begins anew; 24 hours unless said. */
  readonly maxIdleMs?: number;
  /** Takes up a run that the shrink guard held back, instead of reading anew. */
  readonly acceptShrink: boolean;
}

export interface SyncFile {
  /** The file that will be published, symbolic links followed. */
  readonly file: string;
  /** A KSUID: 27 base62 digits. */
  readonly syncId: string;
  readonly startedAt: Date;
  /** True when a run of an earlier process goes on. It may have nothing left but to be published. */
  readonly resumed: boolean;
  /** Why an earlier run was thrown away, for the log. */
  readonly discarded: string | undefined;
  begin(resourceTypes: readonly ResourceType[], listings: readonly ListingCursor[]): void;
  openListings(): readonly ListingCursor[];
  commit(page: RunPage): readonly ListingCursor[];
  dropGroup(
    cursor: ListingCursor,
    group: { readonly resourceTypeId: string; readonly resourceId: string },
  ): void;
  counts(): RunCounts;
  previousCounts(): RunCounts | undefined;
  previousMembers(group: string): number;
  /**
   * Writes the finished run to the target; once. `refused-by-guard` when it lost more than half of anything: it is kept
   * for a call with `acceptShrink`. Any failure leaves the old target as it was and the run to be taken up.
   */
  publish(options: { readonly acceptShrink: boolean }, signal: AbortSignal): Promise<Published>;
  /** Lets go of the target. A run that is not published stays, to be taken up by the next process. */
  close(): void;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Looks at the target, takes it, and finds the run to go on with or begins one. Meant to come before the first AWS call:
 * it rejects with `invalid-argument` when the target cannot be written, and with `failed-precondition` when another sync
 * has it or when what stands there is damaged or not of this pool.
 */
export async function openSyncFile(options: SyncFileOptions, signal: AbortSignal): Promise<SyncFile> {
  const paths = syncPaths(options.file, options.stateDir);
  const lock = lockTarget(paths.lock, paths.target);
  let previous: PreviousFile | undefined;
  try {
    onDisk(`clean up beside ${paths.work}`, () => removeLeftovers(paths));
    const target = statSync(paths.target, { throwIfNoEntry: false });
    if (target !== undefined) {
      previous = await openPrevious(paths.target, paths.previous, options.fingerprint, signal);
    }
    const work = onDisk(`write ${paths.work}`, () => openWork(paths, options, previous));
    return new OpenSyncFile({ options, paths, lock, target, previous, work });
  } catch (error) {
    previous?.close();
    lock.release();
    throw storeError(error, `open ${paths.target}`);
  }
}

function openWork(paths: SyncPaths, options: SyncFileOptions, previous: PreviousFile | undefined): WorkFile {
  return openWorkFile(paths.work, {
    fingerprint: options.fingerprint,
    nowMs: options.now(),
    maxIdleMs: options.maxIdleMs ?? DAY_MS,
    acceptShrink: options.acceptShrink,
    published: new Set(previous?.runs.map(({ syncId }) => syncId)),
  });
}

interface Parts {
  readonly options: SyncFileOptions;
  readonly paths: SyncPaths;
  readonly lock: TargetLock;
  readonly target: Stats | undefined;
  readonly previous: PreviousFile | undefined;
  readonly work: WorkFile;
}

class OpenSyncFile implements SyncFile {
  readonly syncId: string;
  readonly startedAt: Date;
  readonly resumed: boolean;
  readonly discarded: string | undefined;
  readonly #parts: Parts;
  readonly #database: DatabaseSync;
  readonly #rows: RunRows;
  /** Stops a publication that is under way. */
  readonly #closing = new AbortController();
  #state: "fresh" | "reading" | "publishing" | "published" | "closed";

  constructor(parts: Parts) {
    const { options, work } = parts;
    const nowMs = options.now();
    this.#parts = parts;
    this.#database = work.database;
    this.#rows = new RunRows(work.database, work.run?.counts ?? NO_ROWS, options.now);
    this.#state = work.run === undefined ? "fresh" : "reading";
    this.syncId = work.run?.syncId ?? ksuid(nowMs, options.randomBytes);
    this.startedAt = new Date(work.run?.startedAtMs ?? nowMs);
    this.resumed = work.run !== undefined;
    this.discarded = work.discarded;
  }

  get file(): string {
    return this.#parts.paths.target;
  }

  begin(resourceTypes: readonly ResourceType[], listings: readonly ListingCursor[]): void {
    this.#expect("fresh");
    const { fingerprint } = this.#parts.options;
    const startedAtMs = this.startedAt.getTime();
    const run: RunState = {
      syncId: this.syncId,
      fingerprint,
      startedAtMs,
      progressAtMs: startedAtMs,
      endedAtMs: undefined,
      held: false,
      counts: NO_ROWS,
    };
    this.#write("begin the run", () => this.#rows.begin(run, resourceTypes, listings));
    this.#state = "reading";
  }

  openListings(): readonly ListingCursor[] {
    return this.#write("read the plan", () => this.#rows.openListings());
  }

  commit(page: RunPage): readonly ListingCursor[] {
    this.#expect("reading");
    return this.#write("store a page", () => this.#rows.commit(page));
  }

  dropGroup(
    cursor: ListingCursor,
    group: { readonly resourceTypeId: string; readonly resourceId: string },
  ): void {
    this.#expect("reading");
    this.#write("drop a group", () => this.#rows.dropGroup(cursor, group));
  }

  counts(): RunCounts {
    return this.#rows.counts;
  }

  previousCounts(): RunCounts | undefined {
    return this.#parts.previous?.runs[0].counts;
  }

  previousMembers(group: string): number {
    return this.#parts.previous?.membersOf(group) ?? 0;
  }

  async publish(
    { acceptShrink }: { readonly acceptShrink: boolean },
    signal: AbortSignal,
  ): Promise<Published> {
    this.#expect("reading");
    refuseUnread(this.openListings().length);
    const { options, paths, previous, target } = this.#parts;
    this.#state = "publishing";
    try {
      const run = readRun(this.#database);
      if (run === undefined) throw new GovernanceError("internal", "the run was never begun");
      const nowMs = options.now();
      const { connectorVersion } = options;
      const published = await publishRun(
        { paths, work: this.#database, run, previous, target, connectorVersion, acceptShrink, nowMs },
        AbortSignal.any([signal, this.#closing.signal]),
      );
      this.#state = "published";
      return published;
    } catch (error) {
      if (this.#state === "publishing") this.#state = "reading";
      throw storeError(error, `publish ${paths.target}`);
    }
  }

  close(): void {
    if (this.#state === "closed") return;
    const { lock, paths, previous } = this.#parts;
    const keep = this.#state === "reading" || this.#state === "publishing";
    this.#state = "closed";
    this.#closing.abort(
      new GovernanceError("canceled", "the sync file was closed before the run was published"),
    );
    try {
      onDisk(`close ${paths.work}`, () => {
        this.#database.close();
        previous?.close();
        removeLeftovers(paths);
        if (!keep) removeDatabase(paths.work);
      });
    } finally {
      lock.release();
    }
  }

  #write<T>(doing: string, work: () => T): T {
    return onDisk(`${doing} in ${this.#parts.paths.work}`, work);
  }

  #expect(state: "fresh" | "reading"): void {
    if (this.#state === state) return;
    throw new GovernanceError(
      "internal",
      `the sync file is ${this.#state}, and was used as if it were ${state}`,
    );
  }
}

const NO_ROWS: RunCounts = { users: 0, groups: 0, memberships: 0 };
