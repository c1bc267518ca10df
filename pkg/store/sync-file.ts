// A `.c1z` as the target of a sync: the run is read into a working database, and becomes the new file when it is whole.
// Guarantees STORE-1 to STORE-12 are in DESIGN.md.

import { type Stats, statSync } from "node:fs";
import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { RunFingerprint } from "../core/run-fingerprint.ts";
import { type ListingCursor, NO_ROWS, type SyncCounts } from "../core/sync-plan.ts";
import { isWholePool, type SyncScope, scopeText, WHOLE_POOL } from "../core/sync-scope.ts";
import type { Unlisted } from "../core/unlisted-users.ts";
import { MessageWriter } from "../protocol/message-writer.ts";
import type { ResourceType } from "../protocol/messages.ts";
import type { DatabaseSync } from "../sqlite/database.ts";
import { onDisk, storeError } from "../sqlite/errors.ts";
import { lockTarget, type TargetLock } from "../sqlite/lock.ts";
import { requireOwnDatabase, requireOwnFile } from "../sqlite/own-file.ts";
import { removeDatabase } from "../sqlite/paths.ts";
import { type RunState, readRun } from "../sqlite/work/run-state.ts";
import { createWorkFile, openWorkFile, removeEarlierWork, type WorkFile } from "../sqlite/work/work-file.ts";
import type { CompleteRun, PublishOptions, SyncPage, SyncRun, SyncTarget } from "../sync/target.ts";
import { type SyncPaths, syncPaths } from "./paths.ts";
import { openPrevious, type PreviousFile } from "./publish/previous-file.ts";
import {
  endOrHold,
  type PublishedFile,
  publishRun,
  refuseUnread,
  removeLeftovers,
} from "./publish/publish.ts";
import { isAnotherGroup, withMarks } from "./run/group-creation.ts";
import { pageRows } from "./run/page-rows.ts";
import type { PrincipalKey, RunPage } from "./run/run-page.ts";
import { RunRows } from "./run/run-rows.ts";
import { SYNC_WORK } from "./run/work-schema.ts";

export interface SyncFileOptions {
  /** The `.c1z` to publish to. */
  readonly file: string;
  /** The folder of the working database and the temporary ones; created when it is missing. */
  readonly stateDir: string;
  readonly fingerprint: RunFingerprint;
  /** What is to be read; the whole pool by default. */
  readonly scope?: SyncScope;
  /** Recorded with the run, for readers of the file. */
  readonly connectorVersion: string;
  readonly now: EpochClock;
  /** An unfinished run older than this begins again; 24 hours by default. */
  readonly maxIdleMs?: number;
  /** Continues a run that the shrink guard has refused to publish, instead of reading again. */
  readonly acceptShrink: boolean;
}

/** A `.c1z` as the target of a sync. Its name is the path of the file, symbolic links followed. */
export interface SyncFile extends SyncTarget<PublishedFile> {
  /** `commit` of a page whose messages are made. */
  commitRows(rows: RunPage): Promise<readonly ListingCursor[]>;
  /** The places in the list of those that the run does not have, or has with another stamp. */
  lacking(principals: readonly PrincipalKey[]): Promise<readonly number[]>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Checks the file, locks it, and finds the run to continue, if there is one. Call it before the first AWS call: it
 * rejects with `invalid-argument` when the file cannot be written, and with `failed-precondition` when another sync
 * holds it, or when it is damaged or not of this pool.
 */
export async function openSyncFile(options: SyncFileOptions, signal: AbortSignal): Promise<SyncFile> {
  const { scope = WHOLE_POOL } = options;
  const paths = syncPaths(options.file, options.stateDir, { isPartial: !isWholePool(scope) });
  const lock = lockTarget(paths.lock, paths.target);
  let previous: PreviousFile | undefined;
  let work: WorkFile | undefined;
  try {
    for (const path of [paths.work, paths.partialWork, paths.previous, paths.next]) requireOwnDatabase(path);
    requireOwnFile(paths.packing);
    onDisk(`clean up beside ${paths.work}`, () => removeLeftovers(paths));
    for (const path of paths.earlierWork)
      onDisk(`clean up ${path}`, () => removeEarlierWork(path, SYNC_WORK));
    const target = statSync(paths.target, { throwIfNoEntry: false });
    if (target !== undefined) {
      previous = await openPrevious(paths.target, paths.previous, { ...options, scope }, signal);
    }
    work = onDisk(`write ${paths.work}`, () => openWork(paths, { ...options, scope }, previous));
    const rows = await rowsOf(work, options.now, signal);
    return new OpenSyncFile({ options, scope, paths, lock, target, previous, work, rows });
  } catch (error) {
    work?.database.close();
    previous?.close();
    lock.release();
    throw storeError(error, `open ${paths.target}`);
  }
}

function openWork(
  paths: SyncPaths,
  options: SyncFileOptions & { readonly scope: SyncScope },
  previous: PreviousFile | undefined,
): WorkFile {
  return openWorkFile(paths.work, SYNC_WORK, {
    fingerprint: options.fingerprint,
    scope: scopeText(options.scope),
    nowMs: options.now(),
    maxIdleMs: options.maxIdleMs ?? DAY_MS,
    acceptShrink: options.acceptShrink,
    published: new Set(previous?.runs.map(({ syncId }) => syncId)),
    newest: previous?.comparable?.syncId,
  });
}

async function rowsOf({ database, run }: WorkFile, now: EpochClock, signal: AbortSignal): Promise<RunRows> {
  if (run === undefined) return new RunRows(database, now);
  return await RunRows.ofEarlier(database, { counts: run.counts, now }, signal);
}

interface OpenParts {
  readonly options: SyncFileOptions;
  readonly scope: SyncScope;
  readonly paths: SyncPaths;
  readonly lock: TargetLock;
  readonly target: Stats | undefined;
  readonly previous: PreviousFile | undefined;
  readonly work: WorkFile;
  readonly rows: RunRows;
}

/** SQLite answers in this thread, so every method has done its work when it returns its promise. */
class OpenSyncFile implements SyncFile {
  readonly name: string;
  readonly discarded: string | undefined;
  readonly complete: CompleteRun | undefined;
  readonly #parts: OpenParts;
  /** Encodes one row after the other. */
  readonly #writer = new MessageWriter();
  /** Stops a publication that is under way. */
  readonly #closing = new AbortController();
  #database: DatabaseSync;
  #rows: RunRows;
  #run: SyncRun | undefined;
  #resumed: boolean;
  #state: "fresh" | "reading" | "publishing" | "published" | "closed";

  constructor(parts: OpenParts) {
    const { scope, work } = parts;
    this.#parts = parts;
    this.#database = work.database;
    this.#rows = parts.rows;
    this.#run = work.run && {
      id: work.run.syncId,
      startedAt: new Date(work.run.startedAtMs),
      scope,
      membersReason: work.run.membersReason,
    };
    this.#resumed = work.run !== undefined;
    this.#state = work.run === undefined ? "fresh" : "reading";
    this.name = parts.paths.target;
    this.discarded = work.discarded;
    this.complete = completeRun(parts);
  }

  get run(): SyncRun | undefined {
    return this.#run;
  }

  get resumed(): boolean {
    return this.#resumed;
  }

  get counts(): SyncCounts {
    return this.#rows.counts;
  }

  async discard(): Promise<void> {
    if (this.#state === "fresh") return;
    this.#expect("reading");
    const { options, paths } = this.#parts;
    this.#write("discard the run", () => {
      this.#database.close();
      this.#database = createWorkFile(paths.work, SYNC_WORK);
      this.#rows = new RunRows(this.#database, options.now);
    });
    this.#run = undefined;
    this.#resumed = false;
    this.#state = "fresh";
  }

  async begin(
    run: SyncRun,
    resourceTypes: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void> {
    this.#expect("fresh");
    if (scopeText(run.scope) !== scopeText(this.#parts.scope)) {
      throw new GovernanceError(
        "internal",
        "the sync file was opened for another scope than that of the run",
      );
    }
    const startedAtMs = run.startedAt.getTime();
    const state: RunState = {
      syncId: run.id,
      fingerprint: this.#parts.options.fingerprint,
      scope: scopeText(run.scope),
      membersReason: run.membersReason,
      previousId: this.complete?.id,
      startedAtMs,
      progressAtMs: startedAtMs,
      endedAtMs: undefined,
      held: false,
      counts: NO_ROWS,
    };
    this.#write("begin the run", () => this.#rows.begin(state, resourceTypes, listings));
    this.#run = run;
    this.#state = "reading";
  }

  async listings(): Promise<readonly ListingCursor[]> {
    return this.#write("read the listings", () => this.#rows.listings.all());
  }

  async commit(page: SyncPage): Promise<readonly ListingCursor[]> {
    return await this.commitRows(pageRows(page, this.#writer));
  }

  async commitRows(rows: RunPage): Promise<readonly ListingCursor[]> {
    this.#expect("reading");
    return this.#write("store a page", () => {
      const grants = withMarks(rows, (group, createdAt) => this.#isRecreated(group, createdAt));
      return this.#rows.commit({ ...rows, grants });
    });
  }

  async lacking(principals: readonly PrincipalKey[]): Promise<readonly number[]> {
    return this.#write("look for users", () => this.#rows.lacking(principals));
  }

  async dropGroup(cursor: ListingCursor): Promise<void> {
    this.#expect("reading");
    this.#write("drop a group", () => this.#rows.dropGroup(cursor));
  }

  async rewind(cursors: readonly ListingCursor[]): Promise<void> {
    this.#expect("reading");
    this.#write("set listings back", () => this.#rows.rewind(cursors));
  }

  async previousMembers(groups: readonly string[]): Promise<readonly number[]> {
    return groups.map((group) => this.#parts.previous?.membersOf(group) ?? 0);
  }

  async unlisted(most: number): Promise<Unlisted> {
    return this.#write("look for users", () => this.#rows.unlisted.read(most));
  }

  async check(publishing: PublishOptions): Promise<void> {
    this.#write("check the run", () => void endOrHold(this.#finished(publishing)));
  }

  async publish(publishing: PublishOptions, signal: AbortSignal): Promise<PublishedFile> {
    const { options, paths, target } = this.#parts;
    const { connectorVersion } = options;
    const finished = this.#write("publish the run", () => this.#finished(publishing));
    this.#state = "publishing";
    try {
      const recreatedGroups = this.#rows.groupNames().filter((name) => this.#isRecreated(name));
      const published = await publishRun(
        { ...finished, target, connectorVersion, recreatedGroups },
        AbortSignal.any([signal, this.#closing.signal]),
      );
      this.#state = "published";
      return published;
    } catch (error) {
      if (this.#state === "publishing") this.#state = "reading";
      throw storeError(error, `publish ${paths.target}`);
    }
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const { lock, paths, previous, scope } = this.#parts;
    const hasWholePool = this.#state === "published" && isWholePool(scope);
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
        if (hasWholePool) removeDatabase(paths.partialWork);
      });
    } finally {
      lock.release();
    }
  }

  /** Whether the newest complete run holds an older group of this name (L-11). */
  #isRecreated(group: string, createdAt?: number): boolean {
    const before = this.#parts.previous?.groupCreatedAt(group);
    return before !== undefined && isAnotherGroup(before, createdAt ?? this.#rows.groupCreatedAt(group));
  }

  /** The run, once nothing of it is left to read. */
  #finished({ acceptShrink }: PublishOptions) {
    this.#expect("reading");
    refuseUnread(this.#rows.listings.unread());
    const run = readRun(this.#database);
    if (run === undefined) throw new GovernanceError("internal", "the run was never begun");
    const { options, scope, paths, previous } = this.#parts;
    return { paths, work: this.#database, run, scope, previous, acceptShrink, nowMs: options.now() };
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

function completeRun({ previous, scope }: OpenParts): CompleteRun | undefined {
  if (previous?.comparable === undefined) return undefined;
  const { syncId, startedAtMs, endedAtMs, counts } = previous.comparable;
  return { id: syncId, startedAt: new Date(startedAtMs), endedAt: new Date(endedAtMs), scope, counts };
}
